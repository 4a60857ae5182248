// A page that never leaves the button alone: at each stage it is moved, taken away for a while and put back, and copied.
(() => {
  const places = () => [...document.querySelectorAll('main, aside')];
  addEventListener('offramp-change', ({ target }) => {
    const button = /** @type {import('../../src/index.ts').OfframpButton} */ (target);
    if (button !== document.querySelector('offramp-button')) return;
    const next = places().find((place) => !place.contains(button)) ?? document.body;
    if ('moveBefore' in next) /** @type {any} */ (next).moveBefore(button, null);
    else next.append(button);
    // Gone for longer than a task while a window is opened or a wallet is about to be asked, a button leaves it at that, and the person
    // presses again.
    if (['opening', 'ordered', 'sending'].includes(button.stage)) return;
    setTimeout(() => {
      button.remove();
      setTimeout(() => {
        document.querySelector('#copy')?.remove();
        const copy = /** @type {Element} */ (button.cloneNode(true));
        copy.id = 'copy';
        next.prepend(button);
        document.body.append(copy);
      });
    });
  });
})();
