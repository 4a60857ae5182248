// Opens Binance's page in a frame.
import { Widget } from '@binance/fiat-widget';

const place = document.createElement('div');
document.body.append(place);
Widget(place, { locale: 'en', coinInfo: { fiat: 'USD', crypto: 'BTC', isInUS: false }, urlParmas: { ref: 'x' } });
