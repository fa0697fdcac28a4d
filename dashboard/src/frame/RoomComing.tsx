/** What stands where a room will be, while its code is on the way. */
import { Skeleton } from "@mantine/core";
import { Loading } from "@/components/Loading";
import classes from "./RoomComing.module.css";

export function RoomComing() {
  return (
    <div className={classes.room}>
      <Skeleton height={28} width={160} radius={8} />
      <Loading rows={5} height={64} />
    </div>
  );
}
