// The Angular example, compiled in the page, shown and taken away as a router does.
import '@angular/compiler';
import { createComponent } from '@angular/core';
import { createApplication } from '@angular/platform-browser';
import { CashOut } from './src/cash-out.ts';

const app = await createApplication();
let shown;
globalThis.page = {
  show: (provider) => {
    if (!shown) {
      shown = createComponent(CashOut, { environmentInjector: app.injector });
      document.querySelector('#app').append(shown.location.nativeElement);
      app.attachView(shown.hostView);
    }
    shown.setInput('provider', provider);
  },
  hide: () => {
    shown.destroy();
    shown = undefined;
  },
};
