// Google's payment button as an element; it fetches pay.js.
import '@google-pay/button-element';

const button = document.createElement('google-pay-button');
button.environment = 'TEST';
button.paymentRequest = {
  apiVersion: 2,
  apiVersionMinor: 0,
  allowedPaymentMethods: [],
  merchantInfo: { merchantId: '1', merchantName: 'x' },
  transactionInfo: {
    totalPriceStatus: 'FINAL',
    totalPriceLabel: 'Total',
    totalPrice: '1.00',
    currencyCode: 'USD',
    countryCode: 'US',
  },
};
document.body.append(button);
