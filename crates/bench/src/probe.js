// Put into each measured page before its own scripts: the same for Weft and for the floor.
//
// What counts as painted: a frame was begun after the change, and has been drawn.
(() => {
  const bench = (window.bench = { memories: [] });

  const keep = (result) => {
    const { memory } = (result.instance ?? result).exports;
    if (memory) bench.memories.push(memory);
    return result;
  };
  const { instantiate, instantiateStreaming } = WebAssembly;
  WebAssembly.instantiate = (...all) => instantiate(...all).then(keep);
  WebAssembly.instantiateStreaming = (...all) => instantiateStreaming(...all).then(keep);
  bench.wasm = () => bench.memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

  // The text box is there, and what it does is attached.
  const composer = () => document.querySelector('textarea[aria-label=Message]:not([disabled])');
  const arrival = new MutationObserver(() => {
    if (!composer()) return;
    bench.ready = performance.now();
    arrival.disconnect();
  });
  arrival.observe(document, { childList: true, subtree: true });

  const { port1, port2 } = new MessageChannel();
  const after = [];
  port1.onmessage = () => after.shift()();
  // After the rendering of the frame that is begun next.
  const painted = (then) =>
    requestAnimationFrame((begun) => {
      after.push(() => then(begun));
      port2.postMessage(0);
    });

  // Sooner than whoever asks gives up, so that it is said what was not seen.
  const PATIENCE = 15_000;
  const until = (shown) =>
    new Promise((resolve, reject) => {
      const start = performance.now();
      const look = () =>
        painted(() => {
          const now = performance.now();
          if (shown()) resolve(now);
          else if (now - start > PATIENCE) reject(`not seen: ${shown}; ${seen()}`);
          else look();
        });
      look();
    });
  const seen = () => {
    const all = [...document.querySelectorAll('.timeline .message')];
    const scroller = document.querySelector('.timeline-scroller');
    const ends = [all[0], all.at(-1)].map((message) => message?.textContent.slice(0, 80));
    return JSON.stringify([location.pathname, all.length, ends, scroller?.scrollTop, scroller?.scrollHeight]);
  };

  // Replaces what is written.
  bench.write = () => {
    composer().focus();
    composer().select();
  };

  // Milliseconds from the next event of this type to the frame in which `shown` is true.
  bench.next = (type, shown) =>
    new Promise((resolve) => {
      const heard = (event) => resolve(until(shown).then((at) => at - event.timeStamp));
      addEventListener(type, heard, { capture: true, once: true });
    });
  bench.click = async (selector, shown) => {
    const start = performance.now();
    document.querySelector(selector).click();
    return (await until(shown)) - start;
  };

  // The newest message that is shown, where there is one.
  bench.newest = () => {
    const last = document.querySelector('.timeline')?.lastElementChild;
    return last?.matches('.message') ? last : null;
  };
  const edges = () => document.querySelector('.timeline-scroller').getBoundingClientRect();
  // Whether the newest message is there, and its end in sight.
  bench.atEnd = (least) => {
    const all = document.querySelectorAll('.timeline .message');
    if (all.length < least) return false;
    return all[all.length - 1].getBoundingClientRect().bottom <= edges().bottom + 1;
  };
  bench.atTop = (text) => {
    const first = document.querySelector('.timeline .message');
    return first?.textContent.includes(text) && first.getBoundingClientRect().bottom > edges().top;
  };

  // The last number in the newest message: replies count their tokens now and then.
  const told = () => {
    const message = bench.newest();
    if (!message) return 0;
    const root = message.querySelector('.message-body') ?? message;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let node = walker.lastChild();
    for (let at = 0; node && at < 20; at += 1) {
      const numbers = node.data.slice(-200).match(/\d+/g);
      if (numbers) return Number(numbers.at(-1));
      node = walker.previousNode();
    }
    return 0;
  };

  let watch;
  const tasks = new PerformanceObserver((list) => watch?.tasks.push(...list.getEntries()));
  tasks.observe({ type: 'longtask' });
  // Notes each frame, and what it showed of the newest message.
  bench.watch = (look = told) => {
    const mine = (watch = { frames: [], told: [], tasks: [], from: performance.now() });
    let last = look();
    const frame = () =>
      painted((begun) => {
        if (watch !== mine) return;
        mine.frames.push(begun);
        const now = look();
        if (now !== last) mine.told.push([now, performance.timeOrigin + performance.now()]);
        last = now;
        frame();
      });
    frame();
  };
  bench.reached = (number) => watch.told.at(-1)?.[0] >= number;
  bench.stop = () => {
    watch.tasks.push(...tasks.takeRecords());
    const { frames, told, from } = watch;
    const end = told.length > 0 ? told.at(-1)[1] - performance.timeOrigin : performance.now();
    const within = frames.filter((at) => at <= end);
    const gaps = within.slice(1).map((at, index) => at - within[index]);
    const long = watch.tasks.filter((task) => task.startTime >= from && task.startTime <= end);
    watch = undefined;
    return {
      told,
      worst_gap: Math.max(0, ...gaps),
      gaps_over_50: gaps.filter((gap) => gap > 50).length,
      long_tasks: long.length,
    };
  };

  // Scrolls up by so many pixels in each of so many frames.
  bench.scroll = (frames, pixels) =>
    new Promise((resolve) => {
      const scroller = document.querySelector('.timeline-scroller');
      bench.watch(() => 0);
      const step = (left) => {
        if (left === 0) return resolve(bench.stop());
        scroller.scrollTop -= pixels;
        requestAnimationFrame(() => step(left - 1));
      };
      requestAnimationFrame(() => step(frames));
    });
})();
