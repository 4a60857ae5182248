// The steps a page may prevent, and how it goes on with one later. Knows what was prevented; does not know what the steps do.

/** A cancelable event of the element. */
export type Step = 'offramp-before-open' | 'offramp-before-send';

interface Steps {
  /** Whether the step may be taken; asks the page. */
  mayTake(step: Step): boolean;
  /** Takes a step because the page calls for it: one that it prevented before is not asked about again. */
  goOn(step: Step, take: () => void): void;
}

export const createSteps = (ask: (step: Step) => boolean): Steps => {
  let prevented: Step | undefined;
  let allowed: Step | undefined;
  return {
    mayTake: (step) => {
      if (allowed === step) return true;
      const mayTake = ask(step);
      prevented = mayTake ? undefined : step;
      return mayTake;
    },

    goOn: (step, take) => {
      if (prevented === step) allowed = step;
      prevented = undefined;
      take();
      allowed = undefined;
    },
  };
};
