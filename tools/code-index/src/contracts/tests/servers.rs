//! Routes and shapes of servers.

use super::*;

#[test]
fn express_routers_are_mounted_across_files() {
    let files = [
        (
            "src/app.js",
            "const express = require('express');\nconst users = require('./routes/users');\nconst app = express();\napp.use('/api/users', auth, users);\napp.get('/health', (req, res) => res.send('ok'));\nrequire('./routes/teams')(app);\n",
        ),
        (
            "src/routes/users.js",
            "const router = require('express').Router();\nrouter.get('/:id', load);\nrouter.route('/').get(list)\n  .post((req, res) => {\n    const { name, email } = req.body;\n    if (!name) return res.status(400).json({ error: 'x' });\n    res.status(201).json({ id: 1, name });\n  });\nmodule.exports = router;\n",
        ),
        (
            "src/routes/teams.js",
            "module.exports = function (app) {\n  app.delete('/teams/:id', remove);\n};\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "express DELETE /teams/{id} 2",
            "express GET /api/users 3",
            "express GET /api/users/{id} 2",
            "express GET /health 5",
            "express POST /api/users 4",
        ]
    );
    assert_eq!(body(&files, "POST"), ("{name email}".to_owned(), "{id name}".to_owned()));
}

#[test]
fn express_in_typescript_reads_controllers_and_schemas() {
    let files = [
        (
            "src/index.ts",
            "import express from 'express';\nimport { userRouter } from './users';\nconst app = express();\napp.use('/v1', userRouter);\n",
        ),
        (
            "src/users.ts",
            "import { Router } from 'express';\nimport { z } from 'zod';\nimport * as controller from './controller';\nexport const userRouter = Router();\nconst schema = z.object({ email: z.string(), age: z.number().optional() });\nuserRouter.post('/users', validate(schema), controller.create);\n",
        ),
        (
            "src/controller.ts",
            "export const create = async (req: Request, res: Response) => {\n  res.json({ ok: true });\n};\n",
        ),
    ];
    assert_eq!(routes(&files), ["express POST /v1/users 6"]);
    assert_eq!(body(&files, "POST"), ("{email age?}".to_owned(), "{ok}".to_owned()));
}

#[test]
fn fastify_plugins_bring_their_prefix() {
    let files = [
        (
            "app.ts",
            "import Fastify from 'fastify';\nimport users from './users';\nconst app = Fastify();\napp.register(users, { prefix: '/users' });\n",
        ),
        (
            "users.ts",
            "export default async function (fastify) {\n  fastify.get('/:id', async () => ({ id: 1 }));\n  fastify.route({\n    method: ['PUT', 'PATCH'], url: '/:id',\n    schema: { body: { type: 'object', required: ['a'], properties: { a: {}, b: {} } } },\n    handler: async () => {},\n  });\n}\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        ["fastify GET /users/{id} 2", "fastify PATCH /users/{id} 3", "fastify PUT /users/{id} 3"]
    );
    assert_eq!(body(&files, "PUT").0, "{a b?}");
    assert_eq!(body(&files, "GET").1, "{id}");
}

#[test]
fn next_routes_are_where_their_files_are() {
    let files = [
        (
            "src/app/(shop)/api/items/[id]/route.ts",
            "export async function GET() {\n  return Response.json({ id: 1 });\n}\nexport const DELETE = async () => {};\n",
        ),
        (
            "src/app/api/files/[...path]/route.ts",
            "export async function POST(request: Request) {\n  const { a, b } = await request.json();\n}\n",
        ),
        (
            "pages/api/users/index.ts",
            "export default function handler(req, res) {\n  if (req.method === 'POST') { res.json({}); } else { res.json([]); }\n}\n",
        ),
        ("src/app/page.tsx", "export default function Page() { return null; }\n"),
    ];
    assert_eq!(
        routes(&files),
        [
            "next DELETE /api/items/{id} 4",
            "next GET /api/items/{id} 1",
            "next POST /api/files/{*path} 1",
            "next POST /api/users 1",
        ]
    );
    assert_eq!(body(&files, "GET").1, "{id}");
}

#[test]
fn fastapi_routers_and_models_are_followed() {
    let files = [
        ("app/__init__.py", ""),
        (
            "app/main.py",
            "from fastapi import FastAPI\nfrom app.routers import users\nfrom app.config import settings\napp = FastAPI()\napp.include_router(users.router, prefix=settings.API)\n",
        ),
        ("app/config.py", "class Settings:\n    API: str = '/api/v1'\n\nsettings = Settings()\n"),
        ("app/routers/__init__.py", ""),
        (
            "app/routers/users.py",
            "from fastapi import APIRouter, Depends\nfrom app.models import UserCreate, UserOut\nrouter = APIRouter(prefix='/users')\n\n@router.get('/')\ndef many() -> list[UserOut]: ...\n\n@router.post('', response_model=UserOut)\nasync def create(body: UserCreate, session = Depends(db)): ...\n",
        ),
        (
            "app/models.py",
            "from pydantic import BaseModel, ConfigDict, Field\n\nclass Base(BaseModel):\n    model_config = ConfigDict(alias_generator=to_camel)\n    first_name: str\n\nclass Address(BaseModel):\n    zip: str\n\nclass UserCreate(Base):\n    secret: str = Field(..., alias='pass')\n    nick: str | None = None\n    address: Address\n\nclass UserOut(Base):\n    id: int\n",
        ),
    ];
    assert_eq!(routes(&files), ["fastapi GET /api/v1/users 5", "fastapi POST /api/v1/users 8"]);
    assert_eq!(
        body(&files, "POST"),
        ("{firstName pass nick? address {zip}}".to_owned(), "{firstName id}".to_owned())
    );
}

#[test]
fn flask_blueprints_and_classes_are_read() {
    let files = [
        (
            "app.py",
            "from flask import Flask\nfrom users import bp\napp = Flask(__name__)\napp.register_blueprint(bp, url_prefix='/api/users')\n",
        ),
        (
            "users.py",
            "from flask import Blueprint, jsonify, request\nfrom flask.views import MethodView\nbp = Blueprint('users', __name__, url_prefix='/old')\n\n@bp.route('/<int:id>', methods=['GET', 'DELETE'])\ndef one(id):\n    return jsonify({'id': id, 'name': 'x'})\n\n@bp.post('/')\ndef create():\n    data = request.get_json()\n    return jsonify(id=data['email'], nick=data.get('nick')), 201\n\nclass Many(MethodView):\n    def get(self): ...\n\nbp.add_url_rule('/many', view_func=Many.as_view('many'))\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "flask DELETE /api/users/{id} 5",
            "flask GET /api/users/many 17",
            "flask GET /api/users/{id} 5",
            "flask POST /api/users 9",
        ]
    );
    assert_eq!(body(&files, "POST"), ("{email nick~}".to_owned(), "{id nick}".to_owned()));
}

#[test]
fn django_paths_include_and_routers_list() {
    let files = [
        ("config/__init__.py", ""),
        (
            "config/urls.py",
            "from django.urls import include, path\n\nurlpatterns = [\n    path('api/', include('shop.urls')),\n]\n",
        ),
        ("shop/__init__.py", ""),
        (
            "shop/urls.py",
            "from django.urls import include, path, re_path\nfrom rest_framework.routers import DefaultRouter\nfrom . import views\n\nrouter = DefaultRouter()\nrouter.register('items', views.ItemViewSet)\n\nurlpatterns = [\n    path('', include(router.urls)),\n    path('ping/<int:id>/', views.ping),\n    re_path(r'^old/(?P<slug>[\\w-]+)/$', views.Old.as_view()),\n]\n",
        ),
        (
            "shop/views.py",
            "from rest_framework import viewsets\nfrom rest_framework.decorators import action, api_view\nfrom .serializers import ItemSerializer\n\nclass ItemViewSet(viewsets.ReadOnlyModelViewSet):\n    serializer_class = ItemSerializer\n\n    @action(detail=True, methods=['post'])\n    def buy(self, request, pk=None): ...\n\n@api_view(['PUT'])\ndef ping(request, id): ...\n\nclass Old(View):\n    def get(self, request, slug): ...\n",
        ),
        (
            "shop/serializers.py",
            "from rest_framework import serializers\n\nclass ItemSerializer(serializers.ModelSerializer):\n    class Meta:\n        model = Item\n        fields = ['id', 'title']\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "django GET /api/items 6",
            "django GET /api/items/{pk} 6",
            "django GET /api/old/{slug} 11",
            "django POST /api/items/{pk}/buy 6",
            "django PUT /api/ping/{id} 10",
        ]
    );
}

#[test]
fn axum_routers_nest_and_merge() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"api\"\n"),
        (
            "src/main.rs",
            "mod users;\nuse axum::{Router, routing::get};\n\nfn app() -> Router {\n    let api = Router::new().nest(\"/users\", users::router());\n    Router::new()\n        .route(\"/health\", get(health))\n        .nest(\"/api\", api)\n}\n",
        ),
        (
            "src/users.rs",
            "use axum::{Json, Router, routing::{get, post}};\n\npub fn router() -> Router {\n    Router::new()\n        .route(\"/{id}\", get(one).delete(remove))\n        .route(\"/\", post(create))\n}\n\n#[derive(serde::Deserialize)]\n#[serde(rename_all = \"camelCase\")]\npub struct NewUser {\n    first_name: String,\n    #[serde(rename = \"mail\")]\n    email: String,\n    nick: Option<String>,\n}\n\n#[derive(serde::Serialize)]\npub struct User { id: u64 }\n\nasync fn create(Json(body): Json<NewUser>) -> Result<Json<User>, AppError> { loop {} }\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "axum DELETE /api/users/{id} 5",
            "axum GET /api/users/{id} 5",
            "axum GET /health 7",
            "axum POST /api/users 6",
        ]
    );
    assert_eq!(body(&files, "POST"), ("{firstName mail nick?}".to_owned(), "{id}".to_owned()));
}

#[test]
fn actix_scopes_hold_services() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"api\"\n"),
        (
            "src/main.rs",
            "mod users;\nuse actix_web::{App, web};\n\nfn main() {\n    HttpServer::new(|| {\n        App::new()\n            .service(web::scope(\"/api\").configure(users::config).service(users::one))\n            .service(web::resource(\"/ping\").route(web::get().to(ping)))\n            .route(\"/pong\", web::post().to(ping))\n    });\n}\n",
        ),
        (
            "src/users.rs",
            "use actix_web::{get, web};\n\n#[get(\"/users/{id}\")]\npub async fn one(body: web::Json<Body>) -> HttpResponse { loop {} }\n\npub fn config(cfg: &mut web::ServiceConfig) {\n    cfg.service(web::resource(\"/teams\").route(web::put().to(put)));\n}\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "actix GET /api/users/{id} 3",
            "actix GET /ping 8",
            "actix POST /pong 9",
            "actix PUT /api/teams 7",
        ]
    );
}

#[test]
fn spring_mappings_stand_below_their_class() {
    let files = [
        (
            "src/main/java/app/UserController.java",
            "package app;\n\n@RestController\n@RequestMapping(\"/api/users\")\npublic class UserController {\n    @GetMapping(\"/{id}\")\n    public ResponseEntity<UserDto> one(@PathVariable Long id) { return null; }\n\n    @PostMapping\n    public UserDto create(@RequestBody CreateUser body) { return null; }\n\n    @RequestMapping(value = {\"/a\", \"/b\"}, method = RequestMethod.PUT)\n    public void both() {}\n}\n",
        ),
        (
            "src/main/java/app/UserDto.java",
            "package app;\n\npublic record UserDto(Long id, @JsonProperty(\"mail\") String email) {}\n",
        ),
        (
            "src/main/java/app/CreateUser.java",
            "package app;\n\npublic class CreateUser {\n    private static final long serialVersionUID = 1L;\n    @NotBlank\n    private String email;\n    private String nick;\n}\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "spring GET /api/users/{id} 6",
            "spring POST /api/users 9",
            "spring PUT /api/users/a 12",
            "spring PUT /api/users/b 12",
        ]
    );
    assert_eq!(body(&files, "POST"), ("{email nick~}".to_owned(), "{id~ mail~}".to_owned()));
}

#[test]
fn gin_groups_are_passed_on() {
    let files = [
        ("go.mod", "module example.com/shop\n"),
        (
            "cmd/main.go",
            "package main\n\nimport (\n\t\"example.com/shop/users\"\n\t\"github.com/gin-gonic/gin\"\n)\n\nfunc main() {\n\tr := gin.Default()\n\tr.GET(\"/health\", health)\n\tapi := r.Group(\"/api\")\n\t{\n\t\tusers.Register(api.Group(\"/users\"))\n\t}\n\th := users.NewHandler()\n\th.Routes(api)\n}\n",
        ),
        (
            "users/users.go",
            "package users\n\nimport (\n\t\"net/http\"\n\n\t\"github.com/gin-gonic/gin\"\n)\n\ntype Input struct {\n\tEmail string `json:\"email\" binding:\"required\"`\n\tNick  string `json:\"nick,omitempty\"`\n}\n\ntype Handler struct{}\n\nfunc NewHandler() *Handler { return &Handler{} }\n\nfunc Register(rg *gin.RouterGroup) {\n\trg.POST(\"/\", create)\n\trg.DELETE(\"/:id\", func(c *gin.Context) {})\n}\n\nfunc (h *Handler) Routes(r *gin.RouterGroup) {\n\tr.PUT(\"/teams\", h.put)\n}\n\nfunc (h *Handler) put(c *gin.Context) {}\n\nfunc create(c *gin.Context) {\n\tvar in Input\n\tif err := c.ShouldBindJSON(&in); err != nil {\n\t\tc.JSON(http.StatusBadRequest, gin.H{\"error\": \"x\"})\n\t\treturn\n\t}\n\tc.JSON(http.StatusCreated, gin.H{\"id\": 1})\n}\n",
        ),
    ];
    assert_eq!(
        routes(&files),
        [
            "gin DELETE /api/users/{id} 20",
            "gin GET /health 10",
            "gin POST /api/users 19",
            "gin PUT /api/teams 24",
        ]
    );
    assert_eq!(body(&files, "POST"), ("{email nick?}".to_owned(), "{id}".to_owned()));
}

#[test]
fn aliases_of_answers_are_read() {
    let text = "use axum::{routing::get, Json, Router};\n\ntype Answer<T> = Result<Json<T>, String>;\n\n#[derive(serde::Serialize)]\nstruct User { id: i64 }\n\npub fn router() -> Router { Router::new().route(\"/users/{id}\", get(one)) }\n\nasync fn one() -> Answer<User> { Err(String::new()) }\n";
    assert_eq!(body(&[("src/main.rs", text)], "GET").1, "{id}");
}

#[test]
fn serializers_in_views_say_what_is_taken() {
    let files = [
        (
            "urls.py",
            "from django.urls import path\nimport views\n\nurlpatterns = [path('contact/', views.contact)]\n",
        ),
        (
            "views.py",
            "from rest_framework import serializers\nfrom rest_framework.decorators import api_view\n\nclass ContactSerializer(serializers.Serializer):\n    email = serializers.EmailField()\n    phone = serializers.CharField(required=False)\n\n@api_view(['POST'])\ndef contact(request):\n    serializer = ContactSerializer(data=request.data)\n    serializer.is_valid(raise_exception=True)\n",
        ),
    ];
    assert_eq!(body(&files, "POST").0, "{email phone?}");
}

#[test]
fn files_that_flask_sends_are_pages() {
    let text = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/')\ndef index():\n    return app.send_static_file('index.html')\n";
    assert_eq!(unmet(&compared(&[("app.py", text)]).unused), Vec::<String>::new());
}
