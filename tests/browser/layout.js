// What is wrong with how the page is laid out, in words, and where its named parts lie. Drawn letters differ from one
// machine to the next, so nothing here depends on a font: what is cut, covered, out of sight or too small is wrong in any.
({ named, least, great }) => {
  const faults = new Set();
  const [width, height] = [innerWidth, innerHeight];
  const say = (one) => `${one.tagName.toLowerCase()}.${[...one.classList].slice(0, 2).join('.')} in .${one.parentElement?.className}`;
  const zoomOf = (one) => one.currentCSSZoom ?? 1;
  const unseen = 'script, style, noscript, svg, option, .only-read, .skip, .standing';
  const narrow = width <= 900;
  // beside an icon, on a phone, some words are for those who do not see it
  const spoken = narrow ? '.time-open, .layers-toggle' : '.none-such';
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const words = text.data.trim().slice(0, 24);
    const holder = text.parentElement;
    if (!words || holder.closest(unseen) || holder.closest(spoken)) continue;
    if (!holder.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
    const size = parseFloat(getComputedStyle(holder).fontSize) * zoomOf(holder);
    if (boxes.length && size < (great ? least * 1.5 : least)) faults.add(`small (${size} px): ${words}: ${say(holder)}`);
    const lines = new Set(boxes.map((box) => Math.round(box.top)));
    if (lines.size > 1 && Math.max(...boxes.map((box) => box.width)) < size * 1.4) faults.add(`a letter a line: ${words}: ${say(holder)}`);
    if (boxes.length > 3 && Math.max(...boxes.map((box) => box.width)) < size * 2.5) faults.add(`squeezed: ${words}: ${say(holder)}`);
    for (const box of boxes) inspect(box, words, holder);
    if (holder.closest('table')) for (const word of broken(text, range)) faults.add(`broken: ${word}: ${say(holder)}`);
  }
  // names, numbers of tickets, and what is no more than one short word in Chinese
  function broken(text, range) {
    const words = [...text.data.matchAll(/[A-Za-z0-9]{2,}(?:-[0-9]+)*|^\s*\p{Script=Han}{2,4}\s*$/gu)];
    return words.flatMap(({ 0: word, index }) => {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const tops = [...range.getClientRects()].filter((box) => box.width > 1).map((box) => Math.round(box.top));
      return new Set(tops).size > 1 ? [word] : [];
    });
  }
  function inspect(box, words, holder) {
    const sight = { left: 0, top: 0, right: width, bottom: height };
    let scrolls = false;
    // a dialog lies on top of the page that it stands in
    for (let one = holder, last = null; one && one !== document.body && !last?.matches('dialog'); last = one, one = one.parentElement) {
      const { overflowX, overflowY } = getComputedStyle(one);
      const bounds = one.getBoundingClientRect();
      const clipped = overflowX !== 'visible' || overflowY !== 'visible';
      if (clipped) for (const edge of ['left', 'top']) sight[edge] = Math.max(sight[edge], bounds[edge]);
      if (clipped) for (const edge of ['right', 'bottom']) sight[edge] = Math.min(sight[edge], bounds[edge]);
      if (one.matches('.page-body') && (box.right > bounds.right + 1 || box.left < bounds.left - 1)) faults.add(`beyond its page: ${words}: ${say(holder)}`);
      if (overflowX === 'auto' || overflowX === 'scroll' || overflowY === 'auto' || overflowY === 'scroll') scrolls = true;
      // of a sheet that is drawn up the page begins, and is cut by design
      if (!clipped || scrolls || (narrow && one.closest('.panel'))) continue;
      // what begins beyond is not there: a list of whole rows
      if (box.top > bounds.bottom - 2 || box.left > bounds.right - 2) return;
      if (box.right > bounds.right + 2 || box.left < bounds.left - 2 || box.bottom > bounds.bottom + 5) faults.add(`cut: ${words}: ${say(holder)} by .${one.className}`);
    }
    if (!scrolls && (box.right > width + 1 || box.left < -1)) faults.add(`out of sight: ${words}: ${say(holder)}`);
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    if (x <= sight.left || x >= sight.right || y <= sight.top || y >= sight.bottom) return;
    const over = document.elementFromPoint(x, y);
    if (!over || over === holder || holder.contains(over) || over.contains(holder)) return;
    const dialog = over.closest('dialog');
    if (dialog && !dialog.contains(holder)) return;
    if (holder.closest('.map') && over.closest('.panel')) return; // the sheet of a phone lies over the map
    faults.add(`covered: ${words}: ${say(holder)} by ${say(over)}`);
  }
  // words within a text or a row (link, row-open, figures) have their room round them
  const pressed = 'button:not(.link, .row-open, .figure-open, .figures button, .handle), select, .panel summary, input:not([type=checkbox], [type=radio], [type=range], [type=file])';
  const finger = matchMedia('(pointer: coarse)').matches ? document.querySelectorAll(pressed) : [];
  for (const one of finger) {
    const box = one.getBoundingClientRect();
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.only-read') || box.width < 2) continue;
    const least_px = one.closest('.calendar td') && height < 500 ? 36 : 44; // six weeks of them lie in a low window
    if (box.height < least_px - 0.5 || box.width < 43.5) faults.add(`too small for a finger (${Math.round(box.width)} x ${Math.round(box.height)}): ${one.ariaLabel ?? one.textContent.trim().slice(0, 24)}: ${say(one)}`);
  }
  const parts = {};
  for (const [name, selector] of Object.entries(named)) {
    const one = [...document.querySelectorAll(selector)].find((each) => each.checkVisibility({ visibilityProperty: true }));
    const box = one?.getBoundingClientRect();
    if (box && box.width > 0 && box.top < height) parts[name] = [box.left, box.top, box.right, box.bottom];
  }
  const meets = ([a, b, c, d], [e, f, g, h]) => a < g - 1 && e < c - 1 && b < h - 1 && f < d - 1;
  const floating = ['time', 'tools', 'legend', 'report', 'scale', 'zoom', 'maker', 'fault'].filter((name) => parts[name]);
  const under = narrow && parts.panel;
  floating.forEach((one, n) => {
    if (under && meets(parts[one], parts.panel)) return;
    for (const other of floating.slice(n + 1)) if (meets(parts[one], parts[other])) faults.add(`on each other: ${one}, ${other}`);
  });
  if (document.documentElement.scrollWidth > width) faults.add('the page is wider than its window');
  // what lies below the window can be scrolled to by a focus, and then the page stays shifted
  if (document.querySelector('main.body') && document.scrollingElement.scrollHeight > height + 1) faults.add('the page is taller than its window');
  return { faults: [...faults], parts };
}
