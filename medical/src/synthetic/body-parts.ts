/**
 * The parts of the body that there is one of. A file of one of them says nothing of its side, and any other file says that
 * the side is not known. Sources: PS3.3 C.7.3.1 (Laterality), PS3.16 Annex L (the names), dicom3tools (which are pairs).
 */
const UNPAIRED = new Set(
  [
    'ABDOMEN ABDOMENPELVIS CHEST CHESTABDOMEN CHESTABDPELVIS FACE HEAD HEADNECK MEDIASTINUM NECK NECKCHEST PELVIS SCALP WHOLEBODY',
    'CSPINE CTSPINE TSPINE TLSPINE LSPINE LSSPINE SSPINE SPINE COCCYX ILIUM JAW MAXILLA SKULL STERNUM',
    'AORTA BLADDER BRAIN CEREBELLUM CERVIX COLON DUODENUM ESOPHAGUS GALLBLADDER HEART ILEUM JEJUNUM LARYNX LIVER MOUTH NOSE',
    'PANCREAS PENIS PHARYNX PROSTATE RECTUM SPLEEN STOMACH THYMUS THYROID TONGUE TRACHEA URETER URETHRA UTERUS VAGINA VULVA',
  ].flatMap((line) => line.split(' ')),
);

export const isUnpaired = (bodyPart: string | undefined): boolean => bodyPart !== undefined && UNPAIRED.has(bodyPart);
