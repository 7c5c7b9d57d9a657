//! Django's REST framework: classes of views and view sets by what they build
//! on, and serializers as shapes.

use super::super::model::{Body, Method, Need, Object, Segment, Shape, UrlPath};
use super::super::syntax::At;
use super::super::url::{Style, route_path};
use super::django::{action_methods, text_of};
use super::{Py, decorators, keyword, strings};

/// One route of a view set, below its prefix.
pub(crate) struct SetRoute {
    pub(crate) method: Method,
    pub(crate) path: UrlPath,
    pub(crate) body: Body,
}

/// Classes above one another that are followed.
const MAX_BASES: u32 = 8;
/// What a class that is built on brings: list, create, retrieve, update, destroy.
const BASES: &[(&str, &str)] = &[
    ("ModelViewSet", "lcrud"),
    ("ReadOnlyModelViewSet", "lr"),
    ("ListModelMixin", "l"),
    ("CreateModelMixin", "c"),
    ("RetrieveModelMixin", "r"),
    ("UpdateModelMixin", "u"),
    ("DestroyModelMixin", "d"),
    ("ListCreateAPIView", "lc"),
    ("ListAPIView", "l"),
    ("CreateAPIView", "c"),
    ("RetrieveAPIView", "r"),
    ("UpdateAPIView", "u"),
    ("DestroyAPIView", "d"),
    ("RetrieveUpdateAPIView", "ru"),
    ("RetrieveDestroyAPIView", "rd"),
    ("RetrieveUpdateDestroyAPIView", "rud"),
];
/// Views that answer with pages.
const PAGES: &[&str] = &[
    "TemplateView",
    "ListView",
    "DetailView",
    "CreateView",
    "UpdateView",
    "DeleteView",
    "FormView",
    "RedirectView",
    "LoginView",
    "LogoutView",
];

/// What is known of a class of views.
#[derive(Default)]
struct Known {
    /// Letters as in [`BASES`].
    does: String,
    serializer: Body,
    has_serializer: bool,
    is_page: bool,
    methods: Vec<(Method, Body)>,
    actions: Vec<(bool, Method, String)>,
    lookup: Option<String>,
}

impl<'s, 'r, 'q> Py<'s, 'r, 'q> {
    /// The methods of a class of views that is named.
    pub(crate) fn view_class(self, class: At<'s>) -> Vec<(Method, Body, bool)> {
        let known = self.known_class(class);
        let mut all: Vec<(Method, Body, bool)> = Vec::new();
        for letter in known.does.chars() {
            let methods: &[Method] = match letter {
                'l' | 'r' => &[Method::Get],
                'c' => &[Method::Post],
                'u' => &[Method::Put, Method::Patch],
                _ => &[Method::Delete],
            };
            for &method in methods {
                // A list may come in pages, with the objects below a name.
                let mut body = body_for(&known, method);
                if letter == 'l' {
                    body.response = Shape::Unknown;
                }
                all.push((method, body, false));
            }
        }
        for (method, body) in known.methods {
            all.retain(|(other, _, _)| *other != method);
            all.push((method, body, known.is_page));
        }
        if all.is_empty() {
            all.push((
                if known.is_page { Method::Get } else { Method::Any },
                Body::default(),
                known.is_page,
            ));
        }
        all
    }

    /// The routes of a view set that is named.
    pub(crate) fn viewset(self, class: At<'s>) -> Vec<SetRoute> {
        let known = self.known_class(class);
        let lookup = known.lookup.clone().unwrap_or_else(|| "pk".to_owned());
        let one = UrlPath(vec![Segment::Param(lookup)]);
        let mut all = Vec::new();
        for letter in known.does.chars() {
            let (path, methods): (UrlPath, &[Method]) = match letter {
                'l' => (UrlPath::default(), &[Method::Get]),
                'c' => (UrlPath::default(), &[Method::Post]),
                'r' => (one.clone(), &[Method::Get]),
                'u' => (one.clone(), &[Method::Put, Method::Patch]),
                'p' => (one.clone(), &[Method::Patch]),
                _ => (one.clone(), &[Method::Delete]),
            };
            for &method in methods {
                let mut body = body_for(&known, method);
                if letter == 'l' {
                    body.response = Shape::Unknown;
                }
                all.push(SetRoute { method, path: path.clone(), body });
            }
        }
        for (is_detail, method, path) in &known.actions {
            let path = route_path(path, Style::Angle);
            let path = if *is_detail { one.join(&path) } else { path };
            all.push(SetRoute { method: *method, path, body: Body::default() });
        }
        all
    }

    fn known_class(self, class: At<'s>) -> Known {
        let mut known = Known::default();
        if let Some(names) = class.chain() {
            let found = self.world.with_definition(self.path(), &names, |source, name| {
                let class = name.parent().filter(|one| one.kind() == "class_definition")?;
                let mut known = Known::default();
                Py { world: self.world, source }.learn(class, &mut known, MAX_BASES);
                Some(known)
            });
            known = found.unwrap_or_default();
        }
        let mut seen = String::new();
        known.does.retain(|letter| {
            let is_new = !seen.contains(letter);
            seen.push(letter);
            is_new
        });
        known
    }

    fn learn(self, class: At<'s>, known: &mut Known, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if let Some(body) = class.field("body") {
            for one in body.children() {
                self.learn_member(one, known);
            }
        }
        for base in class.field("superclasses").map(At::children).unwrap_or_default() {
            let last = base.text().rsplit('.').next().unwrap_or("");
            if let Some((_, does)) = BASES.iter().find(|(name, _)| *name == last) {
                known.does.push_str(does);
                continue;
            }
            known.is_page |= PAGES.contains(&last);
            let Some(names) = base.chain() else { continue };
            let inner = self.world.with_definition(self.path(), &names, |source, name| {
                let class = name.parent().filter(|one| one.kind() == "class_definition")?;
                let mut inner = Known::default();
                Py { world: self.world, source }.learn(class, &mut inner, depth);
                Some(inner)
            });
            if let Some(inner) = inner {
                known.does.push_str(&inner.does);
                known.is_page |= inner.is_page;
                for (method, body) in inner.methods {
                    if known.methods.iter().all(|(other, _)| *other != method) {
                        known.methods.push((method, body));
                    }
                }
                known.actions.extend(inner.actions);
                known.lookup = known.lookup.take().or(inner.lookup);
                if !known.has_serializer {
                    known.has_serializer = inner.has_serializer;
                    known.serializer = inner.serializer;
                }
            }
        }
    }

    fn learn_member(self, one: At<'s>, known: &mut Known) {
        if one.kind() == "expression_statement" {
            let Some(set) = one.first().filter(|set| set.kind() == "assignment") else { return };
            let (Some(left), Some(right)) = (set.field("left"), set.field("right")) else { return };
            match left.text() {
                "serializer_class" => {
                    known.has_serializer = true;
                    known.serializer = self.serializer_named(right);
                }
                "lookup_url_kwarg" | "lookup_field" => {
                    known.lookup = Some(right.unquoted().to_owned())
                }
                "http_method_names" => {}
                _ => {}
            }
            return;
        }
        let function =
            if one.kind() == "decorated_definition" { one.field("definition") } else { Some(one) };
        let Some(function) = function.filter(|one| one.kind() == "function_definition") else {
            return;
        };
        let name = function.field("name").map_or("", At::text);
        if name == "get_serializer_class" {
            known.has_serializer = true;
            known.serializer = Body::default();
        }
        let letter = match name {
            "list" => Some('l'),
            "create" => Some('c'),
            "retrieve" => Some('r'),
            "update" => Some('u'),
            "partial_update" => Some('p'),
            "destroy" => Some('d'),
            _ => None,
        };
        if let Some(letter) = letter {
            known.does.push(letter);
            return;
        }
        for decorator in
            decorators(function).into_iter().filter(|one| one.text().starts_with("action"))
        {
            let is_detail = keyword(decorator, "detail").is_some_and(|one| one.text() == "True");
            let path = text_of(decorator, "url_path").unwrap_or_else(|| name.to_owned());
            for method in action_methods(decorator) {
                known.actions.push((is_detail, method, path.clone()));
            }
        }
        if let Some(method) = Method::of(name).filter(|method| {
            *method != Method::Any && *name == *method.as_str().to_ascii_lowercase()
        }) {
            known.methods.push((method, self.function_body(function, None, &[method])));
        }
    }

    /// What a serializer takes and gives.
    fn serializer_named(self, at: At<'s>) -> Body {
        let Some(names) = at.chain() else { return Body::default() };
        let found = self.world.with_definition(self.path(), &names, |source, name| {
            let class = name.parent().filter(|one| one.kind() == "class_definition")?;
            Py { world: self.world, source }.serializer(class, MAX_BASES)
        });
        found.unwrap_or_default()
    }

    pub(crate) fn serializer(self, class: At<'s>, depth: u32) -> Option<Body> {
        let depth = depth.checked_sub(1)?;
        let body = class.field("body")?;
        let declared = self.declared_fields(class, depth);
        let meta = body.children().into_iter().find(|one| {
            one.kind() == "class_definition"
                && one.field("name").is_some_and(|name| name.text() == "Meta")
        });
        let Some(meta) = meta.and_then(|meta| meta.field("body")) else {
            return (!declared.is_empty()).then(|| split_fields(&declared, &[], &[], None));
        };
        let setting = |name: &str| {
            meta.all("assignment")
                .find(|set| set.field("left").is_some_and(|left| left.text() == name))?
                .field("right")
        };
        let read_only = setting("read_only_fields").map(strings).unwrap_or_default();
        let model = setting("model").map(|model| self.model_fields(model)).unwrap_or_default();
        let fields = setting("fields")?;
        if fields.unquoted() == "__all__" {
            if model.is_empty() {
                return None;
            }
            let mut all = declared;
            for field in model {
                if all.iter().all(|known| known.name != field.name) {
                    all.push(field);
                }
            }
            return Some(split_fields(&all, &read_only, &[], None));
        }
        let names: Vec<&str> = strings(fields);
        let known = |name: &&str| {
            let own = declared.iter().find(|field| field.name == **name);
            own.or_else(|| model.iter().find(|field| field.name == **name)).cloned()
        };
        let all: Vec<DrfField> = names
            .iter()
            .map(|name| known(name).unwrap_or_else(|| DrfField::unknown(name)))
            .collect();
        let extra = setting("extra_kwargs");
        Some(split_fields(&all, &read_only, &names, extra))
    }

    fn declared_fields(self, class: At<'s>, depth: u32) -> Vec<DrfField> {
        let mut all = Vec::new();
        for set in class.field("body").map(At::children).unwrap_or_default() {
            let Some(set) = set.first().filter(|one| one.kind() == "assignment") else { continue };
            let (Some(left), Some(right)) = (set.field("left"), set.field("right")) else {
                continue;
            };
            if right.kind() != "call" || left.kind() != "identifier" {
                continue;
            }
            let is = |name: &str, value: &str| {
                keyword(right, name).is_some_and(|one| one.text() == value)
            };
            let maker = right.field("function");
            let nested = maker.filter(|one| one.text().ends_with("Serializer"));
            let shape = nested.and_then(|one| {
                let names = one.chain()?;
                self.world.with_definition(self.path(), &names, |source, name| {
                    let class = name.parent().filter(|one| one.kind() == "class_definition")?;
                    Py { world: self.world, source }.serializer(class, depth)
                })
            });
            let is_method = maker.is_some_and(|one| {
                one.text().ends_with("SerializerMethodField")
                    || one.text().ends_with("ReadOnlyField")
                    || one.text().ends_with("StringRelatedField")
            });
            all.push(DrfField {
                name: left.text().to_owned(),
                need: if is("required", "False") || keyword(right, "default").is_some() {
                    Need::Optional
                } else {
                    Need::Required
                },
                reads: !is("write_only", "True"),
                writes: !is("read_only", "True") && !is_method,
                shape: shape.map(|body| body.response).unwrap_or_default(),
            });
        }
        all
    }

    /// The fields of a model.
    fn model_fields(self, model: At<'s>) -> Vec<DrfField> {
        let Some(names) = model.chain() else { return Vec::new() };
        let found = self.world.with_definition(self.path(), &names, |_, name| {
            let class = name.parent().filter(|one| one.kind() == "class_definition")?;
            let is_plain = class.field("superclasses").is_some_and(|bases| {
                bases.text().contains("models.Model") || bases.text() == "(Model)"
            });
            let mut all = vec![DrfField { writes: false, ..DrfField::unknown("id") }];
            for set in class.field("body")?.children() {
                let Some(set) = set.first().filter(|one| one.kind() == "assignment") else {
                    continue;
                };
                let (Some(left), Some(right)) = (set.field("left"), set.field("right")) else {
                    continue;
                };
                let maker = right.field("function").map_or("", At::text);
                let is_field = maker.ends_with("Field") || maker.ends_with("ForeignKey");
                if !is_field {
                    continue;
                }
                let has =
                    |name: &str| keyword(right, name).is_some_and(|one| one.text() != "False");
                let filled = has("default")
                    || has("blank")
                    || has("null")
                    || maker.ends_with("BooleanField")
                    || maker.ends_with("ManyToManyField");
                let automatic = has("auto_now")
                    || has("auto_now_add")
                    || maker.ends_with("AutoField")
                    || keyword(right, "editable").is_some_and(|one| one.text() == "False");
                all.push(DrfField {
                    need: if filled { Need::Optional } else { Need::Required },
                    writes: !automatic,
                    ..DrfField::unknown(left.text())
                });
            }
            // One that builds on another model has fields that are not seen here.
            is_plain.then_some(all)
        });
        found.unwrap_or_default()
    }
}

fn body_for(known: &Known, method: Method) -> Body {
    let mut body = known.serializer.clone();
    match method {
        Method::Get | Method::Delete => body.request = Shape::Unknown,
        Method::Patch => {
            if let Some(object) = body.request.object() {
                let mut object = object.clone();
                for field in &mut object.fields {
                    field.need = Need::Optional;
                }
                body.request = Shape::of(object);
            }
        }
        _ => {}
    }
    if method == Method::Delete {
        body.response = Shape::Unknown;
    }
    body
}

#[derive(Clone)]
struct DrfField {
    name: String,
    need: Need,
    reads: bool,
    writes: bool,
    shape: Shape,
}

impl DrfField {
    fn unknown(name: &str) -> DrfField {
        DrfField {
            name: name.to_owned(),
            need: Need::Likely,
            reads: true,
            writes: true,
            shape: Shape::Unknown,
        }
    }
}

fn split_fields(
    all: &[DrfField],
    read_only: &[&str],
    names: &[&str],
    extra: Option<At<'_>>,
) -> Body {
    let (mut request, mut response) = (Object::default(), Object::default());
    for field in all.iter().filter(|field| names.is_empty() || names.contains(&field.name.as_str()))
    {
        let told = extra.and_then(|extra| {
            extra
                .all("pair")
                .find(|pair| pair.field("key").is_some_and(|key| key.unquoted() == field.name))
        });
        let said = |text: &str| {
            told.is_some_and(|pair| pair.text().replace('"', "'").replace(' ', "").contains(text))
        };
        let is_read = read_only.contains(&field.name.as_str())
            || said("'read_only':True")
            || !field.writes
            || field.name == "id";
        if field.reads && !said("'write_only':True") {
            response.add(&field.name, Need::Required, field.shape.clone());
        }
        if !is_read {
            let need = if said("'required':False") { Need::Optional } else { field.need };
            request.add(&field.name, need, Shape::Unknown);
        } else {
            // What is only read is ignored where it is sent.
            request.add(&field.name, Need::Optional, Shape::Unknown);
        }
    }
    Body { request: Shape::of(request), response: Shape::of(response) }
}
