import type { MessageChannel } from '../../src/protocol/messages';
import type { TranscriptHost, TranscriptView } from '../../src/protocol/transcript';

/** The player's end of the channel to its host. */
export type Channel = MessageChannel<TranscriptView, TranscriptHost>;
