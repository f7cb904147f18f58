/** What stands below a conversation that one cannot write in, and why. */

import { h } from '../core/dom.js';

/** Phase -> the button that leads on. @type {Record<string, {button: string, act: (session: import('./session.js').Session) => void}>} */
const WAYS = {
  closed: { button: 'widget.again', act: (session) => session.restart() },
  left: { button: 'widget.again', act: (session) => session.restart() },
  elsewhere: { button: 'widget.here', act: (session) => void session.retry() },
  paused: { button: 'widget.continue', act: (session) => void session.retry() },
};

/**
 * @param {import('./session.js').Session} session
 * @param {import('../core/texts.js').Texts} texts
 * @returns {HTMLElement | null} null where one can write, or waits
 */
export function footer(session, texts) {
  const way = WAYS[session.phase];
  if (!way) return null;
  const isDeadEnd = session.service.road === 'link' && (session.phase === 'closed' || session.phase === 'left');
  return h('div', { class: 'ended' }, h('p', null, texts.t(`widget.${session.phase}`, { count: session.settings.idleMinutes })),
    isDeadEnd ? null : h('button', { class: 'main', type: 'button', onclick: () => way.act(session) }, texts.t(way.button)));
}
