// Who listens to which channel in this process.
// Knows channels and listeners; does not know what is said, or how it comes from other machines.

/** Listeners by channel. A channel without listeners takes no memory. */
export interface Channels {
  /** @returns what ends it; ending twice is once. */
  listen(channel: string, listener: (message: string) => void): () => void;
  tell(channel: string, message: string): void;
  /** How many listeners a channel has. */
  count(channel: string): number;
}

export const createChannels = (): Channels => {
  const channels = new Map<string, Set<{ listener: (message: string) => void }>>();
  return {
    listen(channel, listener) {
      // An object of its own, so that one function that listens twice is two listeners.
      const entry = { listener };
      const listeners = channels.get(channel) ?? new Set();
      channels.set(channel, listeners.add(entry));
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) channels.delete(channel);
      };
    },
    tell(channel, message) {
      for (const { listener } of [...(channels.get(channel) ?? [])]) listener(message);
    },
    count: (channel) => channels.get(channel)?.size ?? 0,
  };
};
