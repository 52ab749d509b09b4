/** PocketBase's realtime: what changes on the server changes the cache; nothing is polled. */
import { useEffect, useRef } from "react";
import type { RecordSubscription } from "pocketbase";
import { pb } from "@/api/session";
import { reportBroken } from "./connection";

pb.realtime.onDisconnect = (subscriptions) => {
  // Without subscriptions it was closed on purpose.
  if (subscriptions.length) reportBroken();
};

let last: Promise<unknown> = Promise.resolve();

/**
 * Change what is listened to, one change after the other: each sends the whole list of topics, and of two that are
 * on their way at once the server may take the older one for the last.
 */
function inTurn<T>(change: () => Promise<T>): Promise<T> {
  const next = last.then(change);
  last = next.catch(() => undefined);
  return next;
}

/**
 * Call `handler` at each change of a record of a collection while the component is shown.
 *
 * `onAgain` is called once the server listens, and whenever the stream was opened anew: what happened before was
 * missed.
 */
export function useRecords<T>(
  collection: string,
  handler: (change: RecordSubscription<T>) => void,
  onAgain?: () => void,
): void {
  const latest = useRef({ handler, onAgain });
  useEffect(() => {
    latest.current = { handler, onAgain };
  });
  useEffect(() => {
    let isOver = false;
    let isHeard = false;
    const undo: (() => Promise<void>)[] = [];
    const leave = (unsubscribe: () => Promise<void>) => void inTurn(unsubscribe).catch(() => undefined);
    const listen = async (subscribe: () => Promise<() => Promise<void>>) => {
      const unsubscribe = await inTurn(subscribe);
      if (isOver) leave(unsubscribe);
      else undo.push(unsubscribe);
    };
    const again = () => {
      if (isHeard && !isOver) latest.current.onAgain?.();
    };
    Promise.all([
      listen(() =>
        pb.realtime.subscribe(`${collection}/*`, (change: RecordSubscription<T>) =>
          latest.current.handler(change),
        ),
      ),
      listen(() => pb.realtime.subscribe("PB_CONNECT", again)),
    ])
      .then(() => {
        isHeard = true;
        again();
      })
      .catch(() => reportBroken());
    return () => {
      isOver = true;
      undo.forEach(leave);
    };
  }, [collection]);
}
