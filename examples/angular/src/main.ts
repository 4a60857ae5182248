// Puts the cash-out into the page.
import { bootstrapApplication } from '@angular/platform-browser';
import { CashOut } from './cash-out';

bootstrapApplication(CashOut).catch((error) => console.error(error));
