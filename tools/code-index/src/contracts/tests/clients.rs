//! Calls of clients.

use super::*;

#[test]
fn paths_of_calls_are_put_together() {
    let files = [
        (
            "web/config.ts",
            "export const API = '/api';\nexport const URLS = { users: `${API}/users` };\n",
        ),
        (
            "web/a.ts",
            "import { API, URLS } from './config';\nconst BASE = import.meta.env.VITE_URL;\nfetch(API + '/a');\nfetch(`${API}/b/${user.id}?x=${y}`, { method: 'DELETE' });\nfetch(URLS.users);\nfetch(`${BASE}/c/${encodeURIComponent(slug)}/d`);\nfetch(`/e${query}`);\nfetch(new URL('/f', BASE), { method: 'post' });\n",
        ),
    ];
    assert_eq!(
        calls(&files),
        [
            "DELETE /api/b/{id} 4",
            "GET /api/a 3",
            "GET /api/users 5",
            "GET /c/{slug}/d 6",
            "GET /e 7",
            "POST /f 8",
        ]
    );
}

#[test]
fn instances_and_wrappers_are_followed() {
    let files = [
        (
            "web/http.ts",
            "import axios from 'axios';\nexport const http = axios.create({ baseURL: '/api' });\n",
        ),
        (
            "web/request.ts",
            "export async function request<T>(path: string, options: RequestInit = {}): Promise<T> {\n  const res = await fetch(`/v1${path}`, options);\n  return res.json();\n}\nexport const api = {\n  get: (url: string) => request(url),\n  post: (url: string, data: unknown) => request(url, { method: 'POST', body: JSON.stringify(data) }),\n};\n",
        ),
        (
            "web/use.ts",
            "import { http } from './http';\nimport { api, request } from './request';\nhttp.put(`/a/${id}`, { x: 1 });\nrequest<User>('/b', { method: 'PATCH' });\napi.get('/c');\napi.post('/d', { name: 'x', age: 3 });\nuseSWR('/e', fetcher);\naxios({ url: '/f', method: 'delete' });\n",
        ),
    ];
    assert_eq!(
        calls(&files),
        [
            "DELETE /f 8",
            "GET /e 7",
            "GET /v1/c 5",
            "PATCH /v1/b 4",
            "POST /v1/d 6",
            "PUT /api/a/{id} 3",
        ]
    );
    let all = found(&files).calls;
    let post = all.iter().find(|call| call.path.to_string() == "/v1/d").unwrap();
    assert_eq!(fields(&post.body.request), "{name age}");
}

#[test]
fn wanted_fields_come_from_types_and_reads() {
    let cases = [
        (
            "argument",
            "interface U { id: number; tags?: string[] }\naxios.get<U[]>('/x');\n",
            "{id tags?}",
        ),
        (
            "annotation",
            "type U = { id: number };\nasync function f() { const r = await fetch('/x'); const u: U = await r.json(); }\n",
            "{id}",
        ),
        (
            "cast",
            "type U = { id: number };\nasync function f() { const r = await fetch('/x'); return (await r.json()) as U; }\n",
            "{id}",
        ),
        (
            "returned",
            "type U = { id: number };\nasync function f(): Promise<U> { const r = await fetch('/x'); return r.json(); }\n",
            "{id}",
        ),
        (
            "pattern",
            "async function f() { const { data } = await axios.get('/x'); const { id, name } = data; }\n",
            "{id name ..}",
        ),
        (
            "reads",
            "fetch('/x').then(r => r.json()).then(d => { show(d.user.name); });\n",
            "{user~ {name~ ..} ..}",
        ),
        (
            "failure",
            "async function f() { const r = await fetch('/x'); if (!r.ok) { const e = await r.json(); show(e.message); } const d = await r.json(); show(d.id); }\n",
            "{id~ ..}",
        ),
        (
            "generic",
            "interface Page<T> { items: T[]; total: number }\ntype U = { id: number };\naxios.get<Page<U>>('/x');\n",
            "{items {id} total}",
        ),
        ("unknown", "fetch('/x').then(r => r.json()).then(setAll);\n", "?"),
    ];
    for (name, text, want) in cases {
        let all = found(&[("web/a.ts", text)]).calls;
        assert_eq!(
            all.iter().map(|call| fields(&call.body.response)).collect::<Vec<_>>(),
            [want],
            "{name}"
        );
    }
}

#[test]
fn generated_clients_and_other_languages_count() {
    let files = [
        (
            "web/sdk.ts",
            "export class Users {\n  static one(data) {\n    return __request(OpenAPI, { method: 'GET', url: '/api/users/{id}', path: { id: data.id } });\n  }\n}\nclient.GET('/teams/{id}', { params: {} });\n",
        ),
        (
            "tool/main.py",
            "import requests\n\ndef load(id):\n    return requests.post(f'{BASE}/jobs/{id}', json={'a': 1})\n",
        ),
    ];
    assert_eq!(calls(&files), ["GET /api/users/{id} 3", "GET /teams/{id} 6", "POST /jobs/{id} 4"]);
}

#[test]
fn waiting_for_typed_calls_hides_nothing() {
    let text = "import axios from 'axios';\nconst client = axios.create({ baseURL: '/v1' });\nexport const one = async (id: string) => (await client.get<{ id: number }>(`/users/${id}`)).data;\nexport async function two() {\n  const { data } = await axios.get<{ name: string }[]>('/names');\n  return data;\n}\nexport const three = () => axios.request<{ id: string }>({ url: '/jobs' }).then((r) => r.data);\n";
    let files = [("web/a.ts", text)];
    assert_eq!(calls(&files), ["GET /jobs 8", "GET /names 5", "GET /v1/users/{id} 3"]);
    let all = found(&files).calls;
    let shapes: Vec<String> = all.iter().map(|call| fields(&call.body.response)).collect();
    assert_eq!(shapes, ["{id}", "{name}", "{id}"]);
}

#[test]
fn wrappers_are_found_whatever_is_read_first() {
    let files = [
        (
            "web/a.js",
            "import { get, post } from './lib/http';\nget(`/users/${id}`);\npost('/users', { name: 'x' });\n",
        ),
        (
            "web/lib/http.js",
            "const BASE = process.env.API || 'http://localhost:4000/api';\nexport async function http(path, { method = 'GET', body, headers = {} } = {}) {\n  const response = await fetch(`${BASE}${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });\n  return response.json();\n}\nexport const get = (path) => http(path);\nexport const post = (path, body) => http(path, { method: 'POST', body });\n",
        ),
    ];
    assert_eq!(calls(&files), ["GET /api/users/{id} 2", "POST /api/users 3"]);
    let all = found(&files).calls;
    assert_eq!(fields(&all[1].body.request), "{name}");
}

#[test]
fn classes_around_clients_are_no_servers() {
    let files = [
        (
            "web/api.ts",
            "import axios, { AxiosInstance } from 'axios';\nclass Api {\n  private readonly instance: AxiosInstance;\n  constructor() {\n    this.instance = axios.create({ baseURL: '/api' });\n  }\n  async get<T>(url: string, params?: object): Promise<T> {\n    const { data } = await this.instance.get<T>(url, { params });\n    return data;\n  }\n  async post<T>(url: string, body: unknown): Promise<T> {\n    return (await this.instance.post<T>(url, body)).data;\n  }\n  remove(url: string) {\n    return this.instance.delete(url);\n  }\n}\nexport const api = new Api();\n",
        ),
        (
            "web/use.ts",
            "import { api } from './api';\nexport const one = (id: number) => api.get<{ id: number }>(`/users/${id}`);\nexport const add = (draft: { name: string }) => api.post('/users', draft);\nexport const gone = (id: number) => api.remove(`/users/${id}`);\n",
        ),
    ];
    assert_eq!(
        calls(&files),
        ["DELETE /api/users/{id} 4", "GET /api/users/{id} 2", "POST /api/users 3"]
    );
    assert_eq!(routes(&files), Vec::<String>::new());
    assert_eq!(found(&files).unread, Vec::new());
}

#[test]
fn jquery_and_answers_by_status_are_read() {
    let files = [
        ("web/a.js", "$.getJSON('/users/' + id);\njQuery.post('/users', { a: 1 });\n"),
        (
            "web/sdk.ts",
            "type Answers = { 200: { id: number }; 422: { detail: string } };\nexport const one = (o) => (o.client ?? client).get<Answers, unknown>({ url: '/users/{id}', ...o });\n",
        ),
    ];
    assert_eq!(calls(&files), ["GET /users/{id} 1", "GET /users/{id} 2", "POST /users 2"]);
    let all = found(&files).calls;
    let typed = all.iter().find(|call| call.spot.path == "web/sdk.ts").unwrap();
    assert_eq!(fields(&typed.body.response), "{id}");
}
