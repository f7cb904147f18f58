/**
 * How an agent notices a message while he looks elsewhere: a sound, the title, a notification of the desktop. Each can be
 * turned off, and each fails in silence where a frame may not do it. Nothing is stored: a reload begins with the sound
 * and the title on, and the notification off until the agent asks for it.
 */

const TONES = [660, 880];
const TONE_SECONDS = 0.09;
const LOUDNESS = 0.08;

export class Alerts {
  /** @type {{sound: boolean, title: boolean, desktop: boolean}} */
  on = { sound: true, title: true, desktop: false };
  /** @type {AudioContext | undefined} */ audio;
  /** Tells the agent's other panes. */ onTurn = () => {};

  /** @param {Window & typeof globalThis} self the pane's window */
  constructor(self) {
    this.self = self;
    this.plainTitle = self.document.title;
  }

  /** Whether the browser has notifications for this page at all; frames of another site mostly have none. */
  get canNotify() {
    return 'Notification' in this.self && this.self.Notification.permission !== 'denied';
  }

  /**
   * @param {'sound' | 'title' | 'desktop'} which
   * @param {boolean} isOn
   * @returns {Promise<boolean>} whether it is on now
   */
  async turn(which, isOn) {
    this.on[which] = isOn && (which !== 'desktop' || (await this.mayNotify()));
    if (which === 'sound' && isOn) this.ring();
    if (which === 'title') this.showTitle();
    this.onTurn();
    return this.on[which];
  }

  async mayNotify() {
    try {
      return (await this.self.Notification.requestPermission()) === 'granted';
    } catch {
      return false;
    }
  }

  /** @param {number} unread */
  count(unread) {
    this.unread = unread;
    this.showTitle();
  }

  showTitle() {
    const mark = this.on.title && this.unread ? `(${this.unread}) ` : '';
    this.self.document.title = mark + this.plainTitle;
  }

  /**
   * Somebody wrote while the agent was not looking.
   *
   * @param {{title: string, text: string, onClick: () => void}} what
   */
  announce(what) {
    if (this.on.sound) this.ring();
    if (this.on.desktop && this.self.document.hidden) this.notify(what);
  }

  /** @param {{title: string, text: string, onClick: () => void}} what */
  notify({ title, text, onClick }) {
    try {
      const note = new this.self.Notification(title, { body: text, tag: 'caseroom' });
      note.onclick = () => {
        this.self.focus();
        onClick();
        note.close();
      };
    } catch {
      this.on.desktop = false;
    }
  }

  /** Two short tones; a page that nobody has touched yet stays silent. */
  ring() {
    try {
      this.audio ??= new this.self.AudioContext();
      if (this.audio.state === 'suspended') this.audio.resume().catch(() => {});
      TONES.forEach((tone, n) => play(/** @type {AudioContext} */ (this.audio), tone, n * TONE_SECONDS));
    } catch {
      this.on.sound = false;
    }
  }
}

/**
 * @param {AudioContext} audio
 * @param {number} tone hertz
 * @param {number} after seconds
 */
function play(audio, tone, after) {
  const from = audio.currentTime + after;
  const gain = audio.createGain();
  gain.gain.setValueAtTime(LOUDNESS, from);
  gain.gain.exponentialRampToValueAtTime(0.001, from + TONE_SECONDS);
  const source = audio.createOscillator();
  source.frequency.value = tone;
  source.connect(gain).connect(audio.destination);
  source.start(from);
  source.stop(from + TONE_SECONDS);
}
