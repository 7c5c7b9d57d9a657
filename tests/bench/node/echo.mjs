// The TypeScript SDK's stdio server with the two tools that the bench calls.
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

const one = (name, type) => ({ type: 'object', properties: { [name]: { type } }, required: [name] });
const tools = [
  { name: 'echo', description: 'Return `text`.', inputSchema: one('text', 'string') },
  { name: 'blob', description: 'Return a text of `bytes` bytes.', inputSchema: one('bytes', 'integer') },
];
const work = { echo: ({ text }) => text, blob: ({ bytes }) => 'b'.repeat(bytes) };

const server = new Server({ name: 'bench', version: '0.1.0' }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }));
server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
  content: [{ type: 'text', text: work[params.name](params.arguments) }],
}));
await server.connect(new StdioServerTransport());
