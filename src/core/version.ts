import { version as packageVersion } from '../../package.json';

/** The version of this package; the build puts it into the bundles. */
export const version: string = packageVersion;
