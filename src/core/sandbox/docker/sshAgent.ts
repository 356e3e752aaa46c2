import { spawn } from 'node:child_process';
import http from 'node:http';
import { Duplex } from 'node:stream';

interface SshPlace {
  readonly host: string;
  readonly port?: number | string | undefined;
  readonly username?: string | undefined;
}

/**
 * Connections to an engine on another machine, through the person's own `ssh` with all of its
 * settings, as the Docker client makes them: `docker system dial-stdio` joins its streams to the
 * engine's socket there. Takes the place of docker-modem's own SSH client in what ships, which
 * is larger than all the rest of it and knows neither hosts nor keys of `~/.ssh/config`.
 */
export function sshAgent({ host, port = 22, username = '' }: SshPlace): http.Agent {
  const agent = new http.Agent();
  const place = username === '' ? host : `${username}@${host}`;
  const args = ['-o', 'BatchMode=yes', '-p', String(port), '--', place];
  agent.createConnection = () => connect([...args, 'docker', 'system', 'dial-stdio']);
  return agent;
}

function connect(args: readonly string[]): Duplex {
  const ssh = spawn('ssh', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const connection = new Duplex({
    read: () => ssh.stdout.resume(),
    write: (chunk: Buffer, _, done) => {
      ssh.stdin.write(chunk, done);
    },
    final: (done) => {
      ssh.stdin.end(done);
    },
    destroy: (error, done) => {
      ssh.kill();
      done(error);
    },
  });
  let words = '';
  ssh.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  // A broken pipe is told by the way in which ssh ends.
  ssh.stdin.on('error', () => undefined);
  ssh.stdout.on('data', (chunk: Buffer) => {
    if (!connection.push(chunk)) {
      ssh.stdout.pause();
    }
  });
  ssh.once('error', (error) => connection.destroy(error));
  // Only now is it known whether all was well, and all streams are at their ends.
  ssh.once('close', (code) => {
    if (code === 0) {
      connection.push(null);
    } else {
      connection.destroy(new Error(`ssh ended with ${code ?? 'a signal'}: ${words.trim()}`));
    }
  });
  // What Node's client asks of a socket.
  const settings = ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref'];
  return Object.assign(
    connection,
    Object.fromEntries(settings.map((name) => [name, () => connection])),
  );
}
