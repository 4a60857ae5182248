// Whether a press on "Send" can have been meant: by a person, on something that was there to be read, in a page that was in front.
// Knows times and what a browser tells of a press; does not know what is sent.

/** Milliseconds "Send" must have been on the screen. Browsers' own prompts wait as long, against presses meant for what was there before. */
const SHOWN = 700;
/** Milliseconds the page must have been in front again: a window closed in the middle of a double press leaves the other half to this page. */
const IN_FRONT = 500;
/** A focus that the person's own press on this page brought, as into a frame, comes within so many milliseconds of it. */
const BY_PRESS = 100;

export interface Arming {
  /** Whether "Send" is drawn as one that can be pressed. */
  readonly isReady: boolean;
  /** Whether this press counts. One that came too early puts off the next: who hammers, or holds a key down, has not read. */
  counts(press: Event): boolean;
  /** Lets no press count for a moment, as the other half of a double one or a key held down, on "Send" that was given the focus. */
  hold(): void;
  /** Watches "Send" as it is drawn now, or nothing. */
  watch(send: Element | null): void;
}

/** @param redraw is called when `isReady` has changed. */
export const createArming = (redraw: () => void): Arming => {
  let watched: Element | null = null;
  let isReady = false;
  /** From when on a press counts, on the page's clock. */
  let from = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let page = new AbortController();

  const now = (): number => performance.now();

  const draw = (ready: boolean): void => {
    isReady = ready;
    redraw();
  };

  const wait = (ms: number): void => {
    from = now() + ms;
    draw(false);
    clearTimeout(timer);
    timer = setTimeout(draw, ms, true);
  };

  const hold = (): void => {
    if (from < Number.POSITIVE_INFINITY) wait(Math.max(IN_FRONT, from - now()));
  };

  const begin = (send: Element): void => {
    const { signal } = page;
    let pressedAt = 0;
    // Not drawn: "Send" would flicker at every turn to the page. Only who presses too early sees it wait.
    const hear = ({ isTrusted, type }: Event): void => {
      if (!isTrusted) return;
      if (type === 'pointerdown') pressedAt = now();
      else if (now() - pressedAt > BY_PRESS) from = Math.max(from, now() + IN_FRONT);
    };
    for (const type of ['pointerdown', 'focus', 'visibilitychange']) window.addEventListener(type, hear, { signal });
    const observer = new IntersectionObserver(
      (entries) => {
        if ((entries.at(-1)?.intersectionRatio ?? 0) < 0.5) from = Number.POSITIVE_INFINITY;
        else if (isReady) from = now() + SHOWN;
        else wait(SHOWN);
      },
      { threshold: 0.5 },
    );
    observer.observe(send);
    signal.addEventListener('abort', () => observer.disconnect());
  };

  return {
    get isReady() {
      return isReady;
    },

    counts: ({ isTrusted }) => {
      if (isTrusted && now() >= from) return true;
      if (isTrusted) hold();
      return false;
    },

    hold,

    watch: (send) => {
      if (send === watched) return;
      page.abort();
      page = new AbortController();
      clearTimeout(timer);
      watched = send;
      isReady = false;
      from = Number.POSITIVE_INFINITY;
      if (send) begin(send);
    },
  };
};
