// The live camera: it finds the card and sends its digits through the form of the desk. Every page works without it.
"use strict";
(() => {
  const block = document.querySelector("[data-camera]");
  // Browsers give a camera to pages of this machine or under TLS only; elsewhere the photo form does the work.
  if (!block || !window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return;

  const FILES = "/vendor/zxing-wasm/";
  const READING = { formats: ["QRCode"], textMode: "Plain", maxNumberOfSymbols: 4 };
  const WANTED = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
  const WHY = {
    NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing",
    NotReadableError: "busy", AbortError: "busy",
  };
  // Something else than a card, such as a bare number, is sent only when it stays in front of the camera.
  const FRAMES = 8;
  const PAUSE = 40;

  const part = (name) => block.querySelector(`[data-camera-${name}]`);
  const [video, start, stop, torch, says] = ["picture", "start", "stop", "torch", "says"].map(part);
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let stream = null;
  let reader = null;
  let last = "";
  let times = 0;

  const say = (what) => (says.textContent = block.dataset[what]);
  const isCard = (text) => /^\d{200,}$/.test(text);

  // The decoder is a megabyte: it is fetched when somebody wants the camera, from this server and no other.
  function decoder() {
    reader ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = `${FILES}reader.js`;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    })
      .then(() => ZXingWASM.prepareZXingModule({ overrides: { locateFile: (name) => FILES + name }, fireImmediately: true }))
      .catch((error) => { reader = null; throw error; });
    return reader;
  }

  function shown(on) {
    video.hidden = stop.hidden = !on;
    start.hidden = on;
    const track = on && stream.getVideoTracks()[0];
    torch.hidden = !(track && track.getCapabilities?.().torch);
    torch.setAttribute("aria-pressed", "false");
    // People find their way before a webcam as before a mirror.
    video.classList.toggle("mirror", track && track.getSettings().facingMode !== "environment");
  }

  function end() {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = stream = null;
    shown(false);
  }

  function failed(error) {
    end();
    say(WHY[error.name] ?? "broken");
  }

  async function begin() {
    start.disabled = true;
    say("opening");
    const ready = decoder();
    ready.catch(() => {});
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: WANTED });
      stream.getVideoTracks()[0].addEventListener("ended", failed);
      video.srcObject = stream;
      await video.play();
      await ready;
      shown(true);
      say("looking");
      stop.focus();
      look(stream).catch(failed);
    } catch (error) {
      failed(error);
    } finally {
      start.disabled = false;
    }
  }

  async function look(mine) {
    while (stream === mine) {
      if (video.videoWidth) {
        canvas.width = video.videoWidth;
        canvas.height = video.videoHeight;
        pen.drawImage(video, 0, 0);
        const found = await ZXingWASM.readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), READING);
        if (stream === mine) heed([...new Set(found.map((code) => code.text))]);
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }

  function heed(texts) {
    const cards = texts.filter(isCard);
    if (cards.length === 1) return send(cards[0]);
    if (texts.length > 1) return say("several");
    times = texts[0] && texts[0] === last ? times + 1 : 1;
    last = texts[0] ?? "";
    if (last && times >= FRAMES) send(last);
  }

  function send(text) {
    end();
    say("found");
    navigator.vibrate?.(80);
    const form = document.getElementById("scan");
    form.elements.text.value = text;
    form.requestSubmit();
  }

  start.addEventListener("click", begin);
  stop.addEventListener("click", () => { end(); say("hint"); start.focus(); });
  torch.addEventListener("click", async () => {
    const on = torch.getAttribute("aria-pressed") !== "true";
    await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] }).catch(() => {});
    torch.setAttribute("aria-pressed", String(on));
  });
  // Nobody is watched by a page that nobody looks at.
  addEventListener("pagehide", end);
  document.addEventListener("visibilitychange", () => document.hidden && stream && (end(), say("hint")));

  block.hidden = false;
})();
