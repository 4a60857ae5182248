// Whether a run can be believed: each check is of something whose outcome is known beforehand. Knows what to expect of known pages;
// does not judge the button.
import type { Load } from './loading.ts';
import { HTML, REACT_HELLO, VANILLA } from './pages.ts';
import { median, spread } from './stats.ts';

export interface Check {
  what: string;
  /** What was found, in words. */
  found: string;
  holds: boolean;
}

/** React is known to cost a slow phone this much; a run in which it does not has measured something else. */
const REACT_VISIBLE = 1.25;
const REACT_SCRIPT = 8;
const MOST_SPREAD = 0.08;

export const checkLoads = (loads: ReadonlyMap<string, readonly Load[]>, runs: number): Check[] => {
  const middle = (name: string, field: keyof Load): number =>
    median((loads.get(name) ?? []).map((load) => load[field]));
  const ratio = (field: keyof Load): number => middle(REACT_HELLO, field) / middle(VANILLA, field);
  const wide = spread((loads.get(VANILLA) ?? []).map(({ visible }) => visible));
  const short = [...loads].filter(([, all]) => all.length < runs).map(([name, all]) => `${name} ${all.length}`);
  const checks: Check[] = [
    {
      what: `each page was loaded ${runs} times`,
      found: short.length === 0 ? 'yes' : short.join(', '),
      holds: short.length === 0,
    },
    {
      what: `the vanilla button’s quartiles lie at most ${MOST_SPREAD * 100} % apart`,
      found: `${(wide * 100).toFixed(1)} %`,
      holds: wide <= MOST_SPREAD,
    },
    {
      what: 'plain HTML is one request, the vanilla button two',
      found: `${middle(HTML, 'requests')} and ${middle(VANILLA, 'requests')}`,
      holds: middle(HTML, 'requests') === 1 && middle(VANILLA, 'requests') === 2,
    },
    {
      what: 'plain HTML is there before the vanilla button',
      found: `${(middle(HTML, 'visible') / middle(VANILLA, 'visible')).toFixed(2)} ×`,
      holds: middle(HTML, 'visible') < middle(VANILLA, 'visible'),
    },
  ];
  if (loads.has(REACT_HELLO)) {
    checks.push(
      {
        what: `React and one button is there no sooner than ${REACT_VISIBLE} × the vanilla button`,
        found: `${ratio('visible').toFixed(2)} ×`,
        holds: ratio('visible') >= REACT_VISIBLE,
      },
      {
        what: `React and one button takes ${REACT_SCRIPT} × the vanilla button’s script time or more`,
        found: `${ratio('script').toFixed(1)} ×`,
        holds: ratio('script') >= REACT_SCRIPT,
      },
    );
  }
  return checks;
};
