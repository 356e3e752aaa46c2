import '../ui/theme.css';
import './curation.css';
import type { CurationHost, CurationView } from '../../src/protocol/curation';
import { MessageChannel } from '../../src/protocol/messages';
import { nothing } from '../../src/protocol/parsers';
import { connectHost } from '../ui/host';
import { CurationApp } from './curationApp';

const host = connectHost();
const channel = new MessageChannel<CurationView, CurationHost>(host.port, {
  requests: {},
  events: { changed: nothing },
});
customElements.define('curation-app', CurationApp);
const app = new CurationApp();
app.connect(channel, host);
document.body.append(app);
