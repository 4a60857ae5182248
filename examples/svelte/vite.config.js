// Svelte needs nothing more: it takes every tag with a dash for an element of the browser.
import { svelte } from '@sveltejs/vite-plugin-svelte';

export default { plugins: [svelte()] };
