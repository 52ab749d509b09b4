import { useCallback, useEffect, useRef, useState } from "react";
import type { Cast, Shown } from "./cast";

export interface Playback {
  /** Seconds since the beginning. */
  at: number;
  isPlaying: boolean;
  play: () => void;
  pause: () => void;
  seek: (seconds: number) => void;
}

interface Screen {
  reset: () => void;
  show: (event: Shown) => void;
}

/** Plays a recording on a screen at a speed; seeking shows all that was shown until then. */
export function usePlayback(cast: Cast, screen: Screen | null, speed: number): Playback {
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(true);
  const next = useRef(0);
  const now = useRef(0);

  const moveTo = useCallback(
    (seconds: number) => {
      if (!screen) return;
      if (seconds < now.current) {
        screen.reset();
        next.current = 0;
      }
      for (; ; next.current += 1) {
        const event = cast.events[next.current];
        if (!event || event.at > seconds) break;
        screen.show(event);
      }
      now.current = seconds;
      setAt(seconds);
    },
    [cast, screen],
  );

  useEffect(() => {
    if (!isPlaying || !screen) return undefined;
    let frame = 0;
    let before = performance.now();
    const step = (time: number) => {
      moveTo(Math.min(now.current + ((time - before) / 1000) * speed, cast.seconds));
      before = time;
      if (now.current >= cast.seconds) setPlaying(false);
      else frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [cast, isPlaying, moveTo, screen, speed]);

  return {
    at,
    isPlaying,
    play: () => {
      if (now.current >= cast.seconds) moveTo(0);
      setPlaying(true);
    },
    pause: () => setPlaying(false),
    seek: moveTo,
  };
}
