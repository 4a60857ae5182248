// A page whose libraries, or whose visitors' addresses, have put things on every object: some of the names are those of answers
// about money. Runs before the button. (Not `message` and `error` at once: with both, zod 4.6 does not load.)
(() => {
  const text = 'polluted';
  const names = [
    'token',
    'statusUrl',
    'claimUrl',
    'eventsUrl',
    'partnerUserRef',
    'signature',
    'proof',
    'holder',
    'status',
  ];
  const more = ['tx_hash', 'txHash', 'to_address', 'transaction_id', 'callsId', 'placed', 'blockHash', 'advice'];
  for (const name of [...names, ...more]) Object.assign(Object.prototype, { [name]: text });
  Object.assign(Object.prototype, {
    isDeclined: true,
    isRepeat: true,
    total: { value: '1', currency: 'XTS' },
    extend() {},
  });
  Object.assign(Array.prototype, { remove() {}, last() {} });
})();
