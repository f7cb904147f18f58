/**
 * The chat as a page of its own, for the holder of a signed link. The page brings its settings as data attributes of
 * the element with the id `chat`; the code is taken from there too, and appears in no further address.
 */

import { Chat } from './widget.js';
import { loadTexts } from '../core/texts.js';
import { readSettings } from './settings.js';

/** @param {HTMLElement} place */
export async function openPage(place) {
  const settings = readSettings({ ...place.dataset, road: 'link' });
  const texts = await loadTexts(settings.localeBase, settings.locale);
  document.documentElement.lang = texts.locale;
  document.documentElement.dir = texts.direction;
  document.title = settings.line1 || texts.t('widget.title');
  const root = place.attachShadow({ mode: 'open' });
  const chat = new Chat(null, root, settings, texts);
  chat.start(false);
  chat.open(true);
  return chat;
}

const place = document.getElementById('chat');
if (place) void openPage(place);
