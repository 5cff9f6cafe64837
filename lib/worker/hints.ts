/** What to do about the errors that a program meets most often while it starts. */

interface SystemError extends Error {
  code?: string;
  port?: number;
  address?: string;
  path?: string;
}

const hints: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: ({ port, address }) =>
    `${port === undefined || port < 0 ? (address ?? 'The address') : `Port ${String(port)}`} is taken: ` +
    'stop the process that listens there, or choose another port.',
  EACCES: ({ port, path }) =>
    port === undefined
      ? `Give this user the right to ${path ?? 'what is named'}.`
      : `Port ${String(port)} needs rights that this user has not got: choose one above 1023.`,
  ECONNREFUSED: (error) => `Nothing listens at ${place(error)}: start it first, or correct the address.`,
  ENOTFOUND: () => 'The name of the host cannot be resolved: correct it, or look at the network.',
  ETIMEDOUT: (error) => `${place(error)} did not answer: look at the address, the network and the firewall.`,
};

/** The advice for the innermost error that has one. */
export function hintFor(errors: readonly unknown[]): string | undefined {
  for (const error of [...errors].reverse()) {
    if (!(error instanceof Error)) continue;
    const system = error as SystemError;
    const hint = system.code === undefined ? undefined : hints[system.code];
    if (hint !== undefined) return hint(system);
  }
  return undefined;
}

function place({ address, port }: SystemError): string {
  if (address === undefined) return 'the other side';
  return port === undefined ? address : `${address}:${String(port)}`;
}
