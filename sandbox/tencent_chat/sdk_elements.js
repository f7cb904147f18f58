// What a message holds: on the wire (Tencent's MsgBody) and in the SDK's words, and files on their way up.
import { refusal } from './sdk_words.js';

const IMAGE_BYTES = 20 * 2 ** 20;
const FILE_BYTES = 100 * 2 ** 20;
const IMAGE_TYPES = /^image\/(jpg|jpeg|gif|png|bmp|image|webp)$/;

/** Pictures are numbered otherwise on the wire. */
const PLACES = { 1: 0, 3: 1, 2: 2 };

/** Element -> what the SDK calls payload. */
export const READ = {
  TIMTextElem: (content) => ({ text: content.Text }),
  TIMCustomElem: (content) => ({ data: content.Data, description: content.Desc, extension: content.Ext }),
  TIMFileElem: (content) => ({
    uuid: content.UUID,
    fileName: content.FileName,
    fileUrl: content.Url,
    fileSize: content.FileSize,
    downloadFlag: content.Download_Flag,
  }),
  TIMImageElem: (content) => ({
    uuid: content.UUID,
    imageFormat: content.ImageFormat,
    imageInfoArray: content.ImageInfoArray.map((one) => ({
      type: PLACES[one.Type],
      width: one.Width,
      height: one.Height,
      size: one.Size,
      url: one.URL,
      imageUrl: one.URL,
    })).sort((a, b) => a.type - b.type),
  }),
};

/** And back. */
export const WRITE = {
  TIMTextElem: (payload) => ({ Text: payload.text }),
  TIMCustomElem: (payload) => ({ Data: payload.data ?? '', Desc: payload.description ?? '', Ext: payload.extension ?? '' }),
  TIMFileElem: (payload) => ({
    UUID: payload.uuid,
    FileName: payload.fileName,
    Url: payload.fileUrl,
    FileSize: payload.fileSize,
    Download_Flag: 2,
  }),
  TIMImageElem: (payload) => ({
    UUID: payload.uuid,
    ImageFormat: payload.imageFormat,
    ImageInfoArray: [1, 3, 2].map((kind) => {
      const { width, height, size, url } = payload.imageInfoArray[PLACES[kind]];
      return { Type: kind, Width: width, Height: height, Size: size, URL: url };
    }),
  }),
};

/** What the SDK takes as `tim-upload-plugin`; here it only has to be there. */
export class Upload {}

/** Send a message's file to `target`, and return the payload that tells of it; rejects as the SDK does. */
export async function uploaded({ payload, onProgress }, isImage, target) {
  const file = payload.file instanceof Blob ? payload.file : payload.file?.files?.[0];
  if (!file?.size) throw refusal(isImage ? 2251 : 2401, 'no file');
  if (isImage && !IMAGE_TYPES.test(file.type)) throw refusal(2252, 'no image that can be sent');
  if (file.size > (isImage ? IMAGE_BYTES : FILE_BYTES)) throw refusal(isImage ? 2253 : 2402, 'too big');
  const url = await put(file, `${target}&${new URLSearchParams({ name: file.name })}`, onProgress, isImage ? 2250 : 2400);
  const uuid = url.split('/').slice(-2)[0];
  if (isImage) return { uuid, imageFormat: 255, imageInfoArray: await pictures(file, url) };
  return { uuid, fileName: file.name, fileUrl: url, fileSize: file.size, downloadFlag: 2 };
}

function put(file, target, onProgress, code) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('POST', target);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded / total);
    request.onerror = () => fail(refusal(code, 'the upload failed'));
    request.onload = () => (request.response?.url ? done(request.response.url) : request.onerror());
    request.send(file);
  });
}

/** The three pictures of an image, which here are one. */
async function pictures(file, url) {
  const { width, height } = await createImageBitmap(file).catch(() => ({ width: 0, height: 0 }));
  return [0, 1, 2].map((type) => ({ type, width, height, size: file.size, url, imageUrl: url }));
}
