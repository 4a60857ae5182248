// The Svelte example on a server.
import { render as draw } from 'svelte/server';
import CashOut from './src/CashOut.svelte';

export const render = () => draw(CashOut).body;
