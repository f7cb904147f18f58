/** The agents' pane: what the service's page for agents loads. */

import { loadTexts } from '../core/texts.js';
import { readConfig } from './config.js';
import { load } from './script.js';
import styles from './styles.css';
import talk from './talk.css';
import { Workplace } from './workplace.js';

/** @param {Window & typeof globalThis} self */
export async function start(self) {
  const config = readConfig(self);
  const page = self.document;
  dress(page);
  const [texts] = await Promise.all([loadTexts(config.locales, config.locale, 'pane.locale'), config.zendeskSDK && load(page, config.zendeskSDK)]);
  page.documentElement.lang = texts.locale;
  page.documentElement.dir = texts.direction;
  page.title = texts.t('pane.title');
  const root = page.getElementById('caseroom') ?? page.body.appendChild(page.createElement('div'));
  return new Workplace(self, root, texts, config).start();
}

/** Styles come with the script, so that the page needs no other file. @param {Document} page */
function dress(page) {
  const made = new CSSStyleSheet();
  made.replaceSync(styles + talk);
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, made];
}

start(window);
