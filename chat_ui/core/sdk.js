// What is loaded after a click: Tencent's SDK and its plug-in for uploads, in one file.
import TencentCloudChat from '@tencentcloud/chat';
import TIMUploadPlugin from 'tim-upload-plugin';

export default TencentCloudChat;
export const Upload = TIMUploadPlugin;
