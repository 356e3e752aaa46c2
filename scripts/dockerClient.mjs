import path from 'node:path';

/**
 * dockerode is a bundle of its own beside the others, loaded when an engine is first asked for: no
 * other bundle carries it and activation never reads it. Left out of it is what is never used here
 * and outweighs the rest: BuildKit's protocol over gRPC, and packing a build's folder. Its SSH client
 * gives way to ours, which is the person's own `ssh`.
 */
export const dockerClientEntry = {
  input: 'node_modules/dockerode/lib/docker.js',
  output: 'dockerode.cjs',
  platform: 'node',
  format: 'cjs',
  budget: 150_000,
};

const unused = /^(@grpc\/.*|protobufjs|\.\/session|\.\/buildkit|tar-fs|@balena\/dockerignore)$/;
const sshAgent = path.resolve('src/core/sandbox/docker/sshAgent.ts');

export const dockerClientPlugin = {
  name: 'docker-client',
  setup(build) {
    build.onResolve({ filter: /^dockerode$/ }, () => ({ path: './dockerode.cjs', external: true }));
    build.onResolve({ filter: unused }, ({ importer }) =>
      importer.includes(`${path.sep}dockerode${path.sep}`)
        ? { path: 'unused', namespace: 'docker-client' }
        : undefined,
    );
    build.onResolve({ filter: /^\.\/ssh$/ }, ({ importer }) =>
      importer.includes(`${path.sep}docker-modem${path.sep}`)
        ? { path: 'ssh', namespace: 'docker-ssh' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'docker-ssh' }, () => ({
      contents: `module.exports = require(${JSON.stringify(sshAgent)}).sshAgent;`,
      resolveDir: process.cwd(),
    }));
    build.onLoad({ filter: /.*/, namespace: 'docker-client' }, () => ({
      contents: 'module.exports = undefined;',
    }));
  },
};
