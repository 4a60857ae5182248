// Numbers from samples. Knows arithmetic; does not know what was measured.

const sorted = (values: readonly number[]): number[] => [...values].sort((one, other) => one - other);

/** The value below which `part` of the values lie, between two of them by weight; `NaN` of none. */
export const quantile = (values: readonly number[], part: number): number => {
  const all = sorted(values);
  const at = (all.length - 1) * part;
  const low = all[Math.floor(at)] ?? Number.NaN;
  const high = all[Math.ceil(at)] ?? Number.NaN;
  return low + (high - low) * (at - Math.floor(at));
};

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** How far the quartiles lie apart, as a part of the median. */
export const spread = (values: readonly number[]): number =>
  (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);

/** The same values in another order, a new one each time. */
export const shuffled = <Value>(values: readonly Value[]): Value[] => {
  const all = [...values];
  for (let last = all.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [all[last], all[other]] = [all[other] as Value, all[last] as Value];
  }
  return all;
};
