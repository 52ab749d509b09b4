/** PocketBase's realtime: what changes on the server changes the cache; nothing is polled. */
import { useEffect, useRef } from "react";
import type { RecordSubscription } from "pocketbase";
import { pb } from "@/api/session";
import { reportBroken } from "./connection";

pb.realtime.onDisconnect = (subscriptions) => {
  // Without subscriptions it was closed on purpose.
  if (subscriptions.length) reportBroken();
};

/**
 * Call `handler` at each change of a record of a collection while the component is shown.
 *
 * `onAgain` is called once the stream was opened anew: what happened in between was missed.
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
    let connects = 0;
    const undo: (() => Promise<void>)[] = [];
    const keep = (unsubscribe: () => Promise<void>) => {
      if (isOver) void unsubscribe().catch(() => undefined);
      else undo.push(unsubscribe);
    };
    const topics: Promise<() => Promise<void>>[] = [
      pb.realtime.subscribe(`${collection}/*`, (change: RecordSubscription<T>) =>
        latest.current.handler(change),
      ),
      pb.realtime.subscribe("PB_CONNECT", () => {
        connects += 1;
        if (connects > 1) latest.current.onAgain?.();
      }),
    ];
    for (const topic of topics) topic.then(keep).catch(() => reportBroken());
    return () => {
      isOver = true;
      for (const unsubscribe of undo) void unsubscribe().catch(() => undefined);
    };
  }, [collection]);
}
