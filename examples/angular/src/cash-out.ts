// A cash-out in Angular: attributes, bound properties, typed listeners, and what the page says at the end.
import { Component, CUSTOM_ELEMENTS_SCHEMA, Input, signal } from '@angular/core';
import 'offramp-button';
import type { OfframpEventMap, Provider } from 'offramp-button';

@Component({
  selector: 'cash-out',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <offramp-button
      token-endpoint="/api/offramp/token"
      asset="USDC"
      network="base"
      amount="25"
      [provider]="provider"
      [labels]="labels"
      (offramp-completed)="onCompleted($event)"
      (offramp-error)="onError($event)"
    >Cash out</offramp-button>
    <p role="status">{{ message() }}</p>
  `,
})
export class CashOut {
  @Input() provider?: Provider;
  readonly labels = { selling: 'Continue at Coinbase' };
  readonly message = signal('');

  onCompleted({ detail }: OfframpEventMap['offramp-completed']): void {
    this.message.set(`Paid out: ${detail.sale.fiat?.value} ${detail.sale.fiat?.currency}`);
  }

  onError({ detail }: OfframpEventMap['offramp-error']): void {
    this.message.set(detail.error?.message ?? '');
  }
}
