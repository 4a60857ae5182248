// `npm start`: runs the demo until Ctrl-C and says where everything is. Knows the terminal; does not know the wiring.
import { startAtCoinbase, startDemo } from './demo.ts';

const { PORT = '4400', CDP_API_KEY_ID: id, CDP_API_KEY_SECRET: secret } = process.env;

const start = async (): Promise<{ text: string; stop(): Promise<void> }> => {
  const port = Number(PORT);
  if (!/^\d+$/.test(PORT) || port > 65_533) throw new Error(`PORT must be a number up to 65533, not "${PORT}".`);
  if (!id !== !secret) throw new Error('Set both CDP_API_KEY_ID and CDP_API_KEY_SECRET, or neither for the simulator.');
  if (id && secret) {
    const { url, stop } = await startAtCoinbase({ port, watch: true, key: { id, secret } });
    const text = `
  Harbor     ${url}

  This talks to Coinbase: sales are real. Allow ${url} as a redirect in the CDP portal.
  Unset CDP_API_KEY_ID and CDP_API_KEY_SECRET for the simulator.`;
    return { text, stop };
  }
  const { url, simulatorUrl, chainUrl, stop } = await startDemo({ port, watch: true });
  const text = `
  Harbor     ${url}   open this
  Coinbase   ${simulatorUrl}   simulated
  Chain      ${chainUrl}   local, id 8453`;
  return { text, stop };
};

const demo = start();
let stopping = false;
const end = async (): Promise<void> => {
  if (stopping) return;
  stopping = true;
  try {
    await (await demo).stop();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

try {
  console.log(`${(await demo).text}\n\n  Ctrl-C stops everything.\n`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
