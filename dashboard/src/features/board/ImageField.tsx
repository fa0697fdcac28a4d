/** Pictures of a card: pasted, dropped or chosen; the agent gets them. */
import { ActionIcon, Anchor, Button, FileButton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "@/components/asking";
import { imageAddress, imagesOptions } from "./api";
import classes from "./CardForm.module.css";
import { picturesOf } from "./cardDraft";
import { useAddImages, useRemoveImage } from "./deeds";

/** Of a card that is there: each goes to it at once. */
export function ImageField({ card }: { card: string }) {
  const tell = useTell();
  const { data: images = [] } = useQuery(imagesOptions(card));
  const add = useAddImages();
  const remove = useRemoveImage(card);
  return (
    <Taking pending={add.isPending} onTake={(files) => add.mutate({ key: card, files }, tell())}>
      {images.map((image) => (
        <Picture
          key={image.id}
          name={image.name}
          address={imageAddress(card, image.id)}
          onRemove={() => remove.mutate(image.id, tell())}
        />
      ))}
    </Taking>
  );
}

interface NewImagesProps {
  files: readonly File[];
  onChange: (files: readonly File[]) => void;
}

/** Of a card that is still being written: they wait for it. */
export function NewImages({ files, onChange }: NewImagesProps) {
  return (
    <Taking pending={false} onTake={(fresh) => onChange([...files, ...fresh])}>
      {files.map((file, index) => (
        <Picture
          // biome-ignore lint/suspicious/noArrayIndexKey: the same file may be there twice
          key={index}
          name={file.name}
          onRemove={() => onChange(files.toSpliced(index, 1))}
        />
      ))}
    </Taking>
  );
}

interface PictureProps {
  name: string;
  address?: string;
  onRemove: () => void;
}

function Picture({ name, address, onRemove }: PictureProps) {
  const { t } = useTranslation();
  const shown = name || t("card.image");
  return (
    <li className={classes.image} data-named={address ? undefined : true}>
      {address ? (
        <Anchor href={address} target="_blank" rel="noreferrer">
          <img src={address} alt={shown} loading="lazy" />
        </Anchor>
      ) : (
        <span className={`one-line ${classes.name}`}>
          <IconPhoto size={14} aria-hidden /> {shown}
        </span>
      )}
      <ActionIcon
        size="sm"
        variant="default"
        aria-label={t("card.removeImage", { name: shown })}
        onClick={onRemove}
      >
        <IconX size={13} />
      </ActionIcon>
    </li>
  );
}

interface TakingProps {
  pending: boolean;
  onTake: (files: File[]) => void;
  children: React.ReactNode;
}

function Taking({ pending, onTake, children }: TakingProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const take = (files: Iterable<File>) => {
    const all = [...files];
    const pictures = picturesOf(all);
    if (pictures.length > 0) onTake(pictures);
    if (pictures.length < all.length)
      notifications.show({ color: "red", message: t("card.noPicture") });
  };
  usePaste(take);
  return (
    <div>
      <p className={classes.label}>{t("card.images")}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same */}
      <div
        className={classes.drop}
        data-over={over || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files);
        }}
      >
        <FileButton multiple accept="image/png,image/jpeg,image/gif,image/webp" onChange={take}>
          {(props) => (
            <Button
              {...props}
              size="xs"
              variant="default"
              loading={pending}
              leftSection={<IconPhoto size={14} />}
            >
              {t("card.chooseImages")}
            </Button>
          )}
        </FileButton>
        <span className="meta">{t("card.pasteOrDrop")}</span>
        <ul className={classes.images}>{children}</ul>
      </div>
    </div>
  );
}

/** A picture in the clipboard is taken wherever the cursor stands; text is left to the field. */
function usePaste(take: (files: Iterable<File>) => void): void {
  const newest = useRef(take);
  useEffect(() => {
    newest.current = take;
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = picturesOf(event.clipboardData?.files ?? []);
      if (files.length === 0) return;
      event.preventDefault();
      newest.current(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}
