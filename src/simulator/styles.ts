// The look of the sell window. Knows only its own pages.

export const styles = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#14171c, #f2f4f7);
  --soft: light-dark(#5a6270, #a6afbd);
  --ground: light-dark(#ffffff, #14171c);
  --line: light-dark(#d5d9e0, #3a414d);
  --panel: light-dark(#f4f6f9, #1e232b);
  --accent: light-dark(#1b4dde, #8fb0ff);
  --on-accent: light-dark(#ffffff, #0d1526);
  --fault: light-dark(#b3261e, #ffb4ab);
  font: 16px/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; color: var(--ink); background: var(--ground); }
header { margin: 0; padding: .5rem 1rem; text-align: center; font-size: .875rem; color: #3d2c00; background: #ffd866; }
main { width: 100%; max-width: 28rem; margin: 0 auto; padding: 1.25rem 1.5rem; flex: 1; }
footer { padding: .75rem 1.5rem; text-align: center; font-size: .75rem; color: var(--soft); }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.25; }
.progress { margin: 0 0 .25rem; font-size: .8125rem; color: var(--soft); }
label, legend { font-weight: 600; }
legend { padding: 0; margin-bottom: .5rem; }
fieldset { margin: 1.25rem 0; padding: 0; border: 0; }
.amount { display: flex; align-items: baseline; gap: .5rem; margin-top: .375rem; padding: .375rem 1rem; border: 1px solid var(--line); border-radius: 12px; background: var(--panel); }
.amount:focus-within { outline: 3px solid var(--accent); outline-offset: 1px; }
.amount:has([aria-invalid="true"]) { border-color: var(--fault); }
.amount input { flex: 1; min-width: 0; border: 0; padding: 0; font: inherit; font-size: 2rem; font-weight: 600; font-variant-numeric: tabular-nums; color: inherit; background: none; outline: 0; }
.amount input[readonly] { color: var(--soft); }
.amount span { font-weight: 600; color: var(--soft); }
.hint { margin: .375rem 0 0; font-size: .875rem; color: var(--soft); }
.fault { margin: .375rem 0 0; font-weight: 600; color: var(--fault); }
.choice { display: flex; align-items: center; gap: .75rem; margin-bottom: .5rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: 12px; cursor: pointer; }
.choice:has(:checked) { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); }
.choice:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 1px; }
.choice input { width: 1.125rem; height: 1.125rem; margin: 0; accent-color: var(--accent); outline: 0; }
.choice small { margin-left: auto; font-weight: 400; color: var(--soft); }
button { width: 100%; min-height: 3rem; border: 0; border-radius: 999px; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); cursor: pointer; }
button:hover { filter: brightness(1.1); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
a { color: var(--accent); border-radius: 4px; }
.back { margin: .25rem 0 0; text-align: center; }
.back a { display: inline-block; padding: .625rem 1.5rem; }
.next { padding: 1rem; border-radius: 12px; font-weight: 600; background: var(--panel); }
.total { display: flex; flex-direction: column; margin: 0 0 1rem; padding: 1rem; border-radius: 12px; text-align: center; background: var(--panel); }
.total span { color: var(--soft); }
.total strong { font-size: 2.25rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
dl { margin: 0 0 1.25rem; }
dl div { display: flex; justify-content: space-between; gap: 1rem; padding: .3125rem 0; border-bottom: 1px solid var(--line); font-size: .9375rem; }
dt { flex: none; color: var(--soft); }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.address { font: .8125rem/1.5 ui-monospace, monospace; }
@media (forced-colors: active) {
  button, .choice:has(:checked) { border: 2px solid; }
}
`;
