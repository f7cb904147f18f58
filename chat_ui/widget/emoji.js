/** A small table of emoji, to be walked with the arrow keys. */

import { h } from '../core/dom.js';

const TABLE = '😀 😄 😂 😊 😉 😍 🥰 😘 😎 🤩 🤔 🙄 😐 😕 🙁 😢 😭 😡 😱 😴 🤒 🥳 🙏 👍 👎 👌 👏 🙌 💪 👋 🤝 ✌️ ❤️ 💔 💯 ✨ ⭐ 🔥 🎉 🎁 🛒 📦 🚚 💳 🧾 📷 📎 📍 ⏰ ✅ ❌ ❓ ❗ 💡 ☕ 🌷'.split(' ');
const COLUMNS = 8;

/** @type {Record<string, number>} */
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };

/**
 * @param {import('../core/texts.js').Texts} texts
 * @param {(emoji: string) => void} onPick
 * @returns {HTMLElement}
 */
export function emojiPicker(texts, onPick) {
  const buttons = TABLE.map((emoji, index) => h('button', { type: 'button', tabindex: index ? '-1' : '0', onclick: () => onPick(emoji) }, emoji));
  const picker = h('div', { class: 'emoji', role: 'group', 'aria-label': texts.t('widget.emoji'), hidden: true }, ...buttons);
  picker.addEventListener('keydown', (event) => {
    const isMirrored = texts.direction === 'rtl' && event.key.match(/Left|Right/);
    const step = (STEPS[event.key] || 0) * (isMirrored ? -1 : 1);
    const from = buttons.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (!step || from < 0) return;
    event.preventDefault();
    move(buttons, from, Math.min(TABLE.length - 1, Math.max(0, from + step)));
  });
  return picker;
}

/** Only one is in the tab order, the one that was looked at last. @param {HTMLButtonElement[]} buttons @param {number} from @param {number} to */
function move(buttons, from, to) {
  buttons[from].tabIndex = -1;
  buttons[to].tabIndex = 0;
  buttons[to].focus();
}
