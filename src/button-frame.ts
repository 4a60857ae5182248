// The frame of the element's shadow tree: the button, what is under it, and two live regions that are always there, since one
// that comes with its text is not read. The same before and after the rest is fetched, so that no press or focus is lost.
import { html, nothing, type TemplateResult } from 'lit';

type Drawn = TemplateResult | typeof nothing;

/** What stands in the frame. */
export interface Frame {
  label: TemplateResult | string;
  /** Something was asked and is awaited. */
  isBusy: boolean;
  /** A press would do nothing now. Not disabled: the button keeps its focus and its place. */
  isIdle: boolean;
  quote: Drawn;
  status: string;
  error: string;
  panel: Drawn;
}

/** A link as the label is for who gets no script. Within a button it would be a second thing to press, and lead away. */
const unlink = ({ target }: Event): void => {
  for (const label of (target as HTMLSlotElement).assignedElements()) label.removeAttribute('href');
};

/** The label before a sale: the page's own, or words of ours. */
export const slotted = (words: string): TemplateResult => html`<slot @slotchange=${unlink}>${words}</slot>`;

export const frame = (
  { label, isBusy, isIdle, quote, status, error, panel }: Frame,
  isDisabled: boolean,
  onPress: () => void,
): TemplateResult => html`<button
    type="button"
    part="button"
    aria-describedby="status"
    ?disabled=${isDisabled}
    aria-disabled=${isIdle ? 'true' : nothing}
    @click=${onPress}
  >
    ${isBusy ? html`<span part="spinner" aria-hidden="true"></span>` : nothing}
    <span part="label">${label}</span>
  </button>
  ${quote}
  <p part="status" id="status" role="status">${status}</p>
  <p part="error" role="alert">${error}</p>
  ${panel}`;
