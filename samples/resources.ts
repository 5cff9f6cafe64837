/**
 * Resources: servers, pools and clients of other libraries are no services, but what uses them must not start before they
 * are there, nor still be running when they are gone. The container takes care of that for any value that somebody can
 * make and release.
 *
 *   npm run mode-worker -- samples/resources.ts
 *   curl 'http://localhost:8000/?text=hello'
 *
 *   http server ──── Shouter ──── pool ──── backend
 *
 * The backend stands for a database: a server that answers each line with the same in capitals. The pool keeps two
 * connections to it. `Shouter` is a service that is given the pool, and the HTTP server is given `Shouter`.
 */
import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { Container, Service, inject, service, type ServiceIdentifier } from 'mode-ts';

// Port 0 lets the system choose one, which is what the tests do.
const PORT = Number(process.env['WEB_PORT'] ?? 8000);

/** What is no class of ours is asked for by a token. The type says what it stands for. */
const BACKEND: ServiceIdentifier<Server> = Symbol('backend');
const POOL: ServiceIdentifier<Pool> = Symbol('pool');
const HTTP_SERVER: ServiceIdentifier<HttpServer> = Symbol('http server');

/** A connection to the backend, which answers one question at a time. */
class Connection {
  private readonly answers: AsyncIterator<string>;

  constructor(private readonly socket: Socket) {
    this.answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  }

  async ask(question: string): Promise<string> {
    this.socket.write(`${question}\n`);
    const { value, done } = await this.answers.next();
    if (done === true) throw new Error('The backend has closed the connection');
    return value;
  }

  async close(): Promise<void> {
    this.socket.end();
    if (!this.socket.closed) await once(this.socket, 'close');
  }
}

/** A few connections, lent to one caller at a time. */
class Pool {
  private readonly idle: Connection[];
  private readonly waiting: ((connection: Connection) => void)[] = [];

  constructor(private readonly connections: readonly Connection[]) {
    this.idle = [...connections];
  }

  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.idle.pop() ?? (await new Promise<Connection>((resolve) => void this.waiting.push(resolve)));
    try {
      return await work(connection);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(connection);
      else next(connection);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }
}

/** Says everything louder. By the time that it is constructed, the pool is open. */
@service()
class Shouter extends Service {
  constructor(@inject(POOL) private readonly pool: Pool) {
    super();
  }

  async shout(text: string): Promise<string> {
    return this.pool.use((connection) => connection.ask(text.replaceAll(/\s+/g, ' ')));
  }
}

const container = new Container();

container.resource(BACKEND, {
  // The last argument is always a signal, which aborts when the start is given up: it took too long, or somebody
  // pressed Ctrl-C.
  start: async (signal: AbortSignal) => {
    const server = createServer((socket) => {
      createInterface({ input: socket }).on('line', (line) => socket.write(`${line.toUpperCase()}\n`));
    });
    server.listen(0, 'localhost');
    await once(server, 'listening', { signal });
    return server;
  },
  stop: async (server) => {
    server.close();
    await once(server, 'close');
  },
});

container.resource(POOL, {
  // What is injected comes first, in the order of the list.
  inject: [BACKEND],
  start: async (backend: Server, signal: AbortSignal) => {
    const { port } = backend.address() as AddressInfo;
    const sockets = [connect(port, 'localhost'), connect(port, 'localhost')];
    try {
      await Promise.all(sockets.map((socket) => once(socket, 'connect', { signal })));
    } catch (error) {
      // `stop` is for what had started. What has not is taken back here.
      for (const socket of sockets) socket.destroy();
      throw error;
    }
    return new Pool(sockets.map((socket) => new Connection(socket)));
  },
  stop: (pool) => pool.close(),
});

container.resource(HTTP_SERVER, {
  inject: [Shouter],
  start: async (shouter: Shouter, signal: AbortSignal) => {
    const server = createHttpServer((request, response) => {
      const text = new URL(request.url ?? '/', 'http://localhost').searchParams.get('text') ?? 'say something';
      void shouter.shout(text).then(
        (answer) => response.end(`${answer}\n`),
        (error: unknown) => response.writeHead(502).end(`${String(error)}\n`),
      );
    });
    server.listen(PORT);
    await once(server, 'listening', { signal });
    console.log(`Serving on port ${String((server.address() as AddressInfo).port)}`);
    return server;
  },
  // Requests that are under way are answered: everything they need still runs. After a second, or when grace is over, the
  // connections that are left are cut off: there may be some on which nobody has asked anything.
  stop: async (server, signal) => {
    const cutOff = (): void => {
      server.closeAllConnections();
    };
    setTimeout(cutOff, 1000).unref();
    signal.addEventListener('abort', cutOff);
    server.close();
    await once(server, 'close');
    console.log('Everybody has been answered');
  },
});

export default container;
