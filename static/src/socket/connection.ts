/** A WebSocket that comes back. Knows frames and time, not what the frames say. */

export type Status = "connecting" | "open" | "waiting";

export interface Listener {
  opened(): void;
  received(frame: ArrayBuffer): void;
  /** `unread`: the server has closed the socket without having read what was said last. */
  changed(status: Status, unread?: boolean): void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
const MOVED = 4010; // somebody has logged in or out: see docs/protocol.md

/** Full jitter, so that a class whose server restarts does not return in one instant. */
export const delayMs = (attempt: number, random: number): number =>
  FIRST_DELAY_MS / 2 + random * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);

/** The full address of a socket of this site. */
export const addressOf = (path: string): string => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`;

export class Connection {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer = 0;

  constructor(
    private readonly url: string,
    private readonly listener: Listener,
  ) {
    addEventListener("online", () => this.connectNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.connectNow());
    this.connect();
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Sends at once or not at all; the caller says again what matters when the socket is back. */
  send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (!this.isOpen) return false;
    this.socket?.send(frame);
    return true;
  }

  /** Ends this socket and opens another: what was missed comes again with the resume. */
  reconnect(): void {
    this.socket?.close();
  }

  /** What was lost stays lost until it is open again; only the first attempt has nothing to say yet. */
  private connect(): void {
    if (this.attempt === 0) this.listener.changed("connecting");
    const socket = new WebSocket(this.url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => this.listener.received(data as ArrayBuffer);
    socket.onclose = ({ code }) => this.closed(socket, code);
    this.socket = socket;
  }

  private opened(): void {
    this.attempt = 0;
    this.listener.changed("open");
    this.listener.opened();
  }

  private closed(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.listener.changed("waiting", code === MOVED);
    this.timer = window.setTimeout(() => this.connect(), delayMs(this.attempt++, Math.random()));
  }

  private connectNow(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  }
}
