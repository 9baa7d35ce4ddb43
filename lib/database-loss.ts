import { Socket } from "node:net";
import pg from "pg";

/** The code of every failure that is no answer of PostgreSQL's; `pg` has only sentences for most of them. */
export const CONNECTION_LOST = "CONNECTION_LOST";

export class ConnectionLost extends Error {
  readonly code = CONNECTION_LOST;
  override readonly name = "ConnectionLost";
}

/** SQLSTATE read_only_sql_transaction: it was switched to a standby, and would stay there. */
const READ_ONLY = "25006";

export type WatchOptions = {
  /** How long PostgreSQL may say nothing while it is asked something or connected to; for ever otherwise. */
  readonly silenceMilliseconds?: number;
};

/** A connection that never makes anybody wait for ever, and that says by a code that it is lost. */
export class WatchedClient extends pg.Client {
  /** What it was asked and has not answered; the first is to connect. */
  #asked = 1;
  #isOver = false;

  constructor(config: pg.ClientConfig & WatchOptions = {}) {
    super(config);
    const { connection } = this;
    const watch = () => this.#watch(config.silenceMilliseconds ?? 0);
    watch();
    connection.once("sslconnect", watch);
    const { query } = this;
    this.#answerBy((...parameters) => {
      this.#asked += 1;
      return Reflect.apply(query, this, parameters);
    });
    connection.on("readyForQuery", () => {
      this.#asked -= 1;
    });
    // Before the listeners of `pg`, which would say the same without a code.
    connection.once("error", (error: Error) => this.#refuse(error));
    connection.once("end", () => {
      if (!this.#isOver) connection.emit("error", new ConnectionLost("the connection to the database ended"));
    });
    connection.on("errorMessage", ({ code }: { code?: string }) => {
      if (code === READ_ONLY) setImmediate(() => this.lose("the database takes no writes"));
    });
  }

  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | undefined {
    this.#isOver = true;
    // What the server says after the farewell, such as that it stops too, concerns nobody any more.
    this.on("error", () => undefined);
    return callback ? void super.end(callback) : super.end();
  }

  /** Of sockets because their timers cost a question nothing, and see what is sent before and between questions, too. */
  #watch(milliseconds: number): void {
    const { stream } = this.connection;
    if (!(stream instanceof Socket)) return;
    stream.setTimeout(milliseconds, () => {
      // Wrapped in TLS, it is no longer the one that hears.
      if (this.#asked > 0 && stream === this.connection.stream)
        this.lose(`the database said nothing for ${milliseconds} ms`);
    });
  }

  /** Ends it at once, without the farewell that a connection which hears nothing would wait for. */
  lose(message: string): void {
    this.connection.stream.destroy(new ConnectionLost(message));
  }

  /** What is asked after the loss, as the rest of a transaction, fails as what was under way does. */
  #refuse(error: Error): void {
    this.#isOver = true;
    this.#answerBy((...parameters) => {
      const callback = parameters.at(-1);
      if (typeof callback !== "function") return Promise.reject(error);
      process.nextTick(callback, error);
      return undefined;
    });
  }

  #answerBy(answer: (...parameters: readonly unknown[]) => unknown): void {
    Reflect.set(this, "query", answer);
  }
}

type Lent = (error: Error | undefined, client: pg.PoolClient | undefined, done: () => void) => void;

/** A pool of such connections. Why ever none can be had, the error has the same code. */
export class WatchedPool extends pg.Pool {
  constructor(config: pg.PoolConfig & WatchOptions) {
    super({ ...config, Client: WatchedClient });
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Lent): void;
  override connect(callback?: Lent): Promise<pg.PoolClient> | undefined {
    const lost = (cause: Error) => new ConnectionLost("no connection to the database", { cause });
    if (!callback)
      return super.connect().catch((error: Error) => {
        throw lost(error);
      });
    super.connect((error, client, done) => callback(error && lost(error), client, done));
    return undefined;
  }
}
