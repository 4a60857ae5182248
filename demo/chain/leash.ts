// Preloaded into anvil's own process: ends it when the demo's end of the pipe closes, however the demo came to its end.
// Signals cannot do that: nothing runs in a process that is killed or crashes.
process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
