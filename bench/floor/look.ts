// How the two floors look: about as much style as a button needs.
export const LOOK = `:host{display:inline-block}:host([hidden]){display:none}
button{font:600 16px/1.25 system-ui,sans-serif;padding:.75em 1.25em;border:0;border-radius:8px;background:#0052ff;color:#fff;cursor:pointer}
button:hover{filter:brightness(1.1)}button:focus-visible{outline:3px solid #80a8ff;outline-offset:2px}button[disabled]{opacity:.6}`;
