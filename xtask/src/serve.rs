//! A static web server for the repository's root, on this machine only.

use crate::command::say;
use crate::project;
use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

/// Fixed, since the browser keeps models per origin and the port is part of the origin.
const DEFAULT_PORT: u16 = 8000;
/// What pages of others may use, as a public web server would allow: the JavaScript API and the models.
const PUBLISHED: [&str; 2] = ["www", "models"];

/// Serves until the process ends. `port`: 0 = any free one.
pub fn run(port: Option<u16>) -> Result<()> {
    let listener = match port {
        Some(port) => bind(port)?,
        None => bind(DEFAULT_PORT).or_else(|error| {
            say(format_args!("{error}; taking another one"));
            bind(0)
        })?,
    };
    // The browser tests read this line.
    println!("serving {}", origin(&listener)?);
    serve(listener)
}

/// Serves in the background on any free port; the origin, as `http://127.0.0.1:PORT`.
pub fn in_background() -> Result<String> {
    let listener = bind(0)?;
    let origin = origin(&listener)?;
    std::thread::spawn(move || {
        if let Err(error) = serve(listener) {
            say(format_args!("the server ended: {error:#}"));
        }
    });
    Ok(origin)
}

fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).map_err(|error| {
        anyhow!("port {port} cannot be used ({error}); choose another with --port, 0 = any free one")
    })
}

fn origin(listener: &TcpListener) -> Result<String> {
    Ok(format!("http://{}", listener.local_addr()?))
}

fn serve(listener: TcpListener) -> Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let router = Router::new().fallback(async |request: Request<Body>| respond(&request));
        axum::serve(listener, router).await.context("the server stopped")
    })
}

/// Reads the whole file: they are small, and one browser is served at a time.
fn respond(request: &Request<Body>) -> Response<Body> {
    let file = answer(request).and_then(|path| match std::fs::read(&path) {
        Ok(bytes) => Ok((bytes, path)),
        Err(_) => Err(StatusCode::NOT_FOUND),
    });
    match file {
        Ok((bytes, path)) => with_headers(Response::new(bytes.into()), &path),
        Err(status) => {
            let mut response = Response::new(format!("HTTP {}", status.as_u16()).into());
            *response.status_mut() = status;
            with_headers(response, Path::new("error.txt"))
        }
    }
}

/// The file to send, or the HTTP status that refuses.
fn answer(request: &Request<Body>) -> Result<PathBuf, StatusCode> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    // A web page elsewhere could point its own name at 127.0.0.1 and read the repository; it cannot change this header.
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let name = host.and_then(|host| host.split(':').next());
    if !matches!(name, Some("127.0.0.1" | "localhost")) {
        return Err(StatusCode::FORBIDDEN);
    }
    resolve(project::root(), request.uri().path()).ok_or(StatusCode::NOT_FOUND)
}

/// The file below `root` that a URL path names; a folder stands for its `index.html`.
///
/// `None` for whatever the page has no business with: other files than those below `root`, hidden ones, build output.
fn resolve(root: &Path, url_path: &str) -> Option<PathBuf> {
    let decoded = percent_decode(url_path)?;
    let mut path = root.to_owned();
    for segment in decoded.split('/').filter(|segment| !segment.is_empty()) {
        let strange = segment.starts_with('.') || segment.contains(['\\', ':', '\0']);
        if strange || segment == "node_modules" || (path == root && segment == "target") {
            return None;
        }
        path.push(segment);
    }
    if path.is_dir() {
        path.push("index.html");
    }
    // Symbolic links could still lead outside.
    let path = path.canonicalize().ok()?;
    (path.starts_with(root.canonicalize().ok()?) && path.is_file()).then_some(path)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn with_headers(mut response: Response<Body>, path: &Path) -> Response<Body> {
    let published = is_published(path);
    let mut headers = vec![
        ("content-type", media_type(path)),
        // Together they isolate the page from others, which allows it threads and exact clocks.
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", if published { "cross-origin" } else { "same-origin" }),
        ("x-content-type-options", "nosniff"),
        // Whoever edits a file wants to see it.
        ("cache-control", "no-cache"),
    ];
    if published {
        headers.push(("access-control-allow-origin", "*"));
    }
    for (name, value) in headers {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn is_published(path: &Path) -> bool {
    PUBLISHED.iter().any(|folder| {
        project::root().join(folder).canonicalize().is_ok_and(|folder| path.starts_with(folder))
    })
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "md" | "txt" | "wgsl" | "rs" | "toml" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_the_project_are_served() {
        let root = project::root();
        for good in ["/Cargo.toml", "/xtask/src/serve.rs", "/xtask//src/%73erve.rs"] {
            assert!(resolve(root, good).is_some_and(|path| path.is_file()), "{good}");
        }
        let bad = [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/xtask/..%2f..%2fetc/passwd",
            "/xtask\\..\\Cargo.toml",
            "/C:/Windows",
            "/.git/HEAD",
            "/.gitignore",
            "/target/.rustc_info.json",
            "/target",
            "/xtask",
            "/no-such-file",
            "/%zz",
            "/%2",
            "/%ff",
            "/Cargo.toml%00.js",
        ];
        for bad in bad {
            assert_eq!(resolve(root, bad), None, "{bad}");
        }
    }

    #[test]
    fn the_server_answers_with_isolation_headers_and_only_to_its_own_name() {
        let origin = in_background().expect("a free port");
        let ask = |method: &str, host: &str, path: &str| {
            use std::io::{Read, Write};
            let mut stream =
                std::net::TcpStream::connect(origin.trim_start_matches("http://")).expect("listening");
            write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
                .expect("sent");
            let mut text = String::new();
            stream.read_to_string(&mut text).expect("an answer");
            text
        };
        let page = ask("GET", "127.0.0.1:1", "/xtask/Cargo.toml?x=1");
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("name = \"xtask\""), "{page}");
        // What a browser wants of a page before it gives it threads.
        assert!(page.contains("cross-origin-opener-policy: same-origin"), "{page}");
        assert!(page.contains("cross-origin-embedder-policy: require-corp"), "{page}");
        assert!(page.contains("cross-origin-resource-policy: same-origin"), "{page}");
        // What isolated pages of other origins may load.
        for published in ["/www/engine.js", "/models/catalogue.json"] {
            let file = ask("GET", "127.0.0.1:1", published);
            assert!(file.contains("cross-origin-resource-policy: cross-origin"), "{published}: {file}");
            assert!(file.contains("cross-origin-embedder-policy: require-corp"), "{published}: {file}");
        }
        assert!(ask("GET", "localhost:1", "/nothing").starts_with("HTTP/1.1 404"));
        assert!(ask("POST", "localhost:1", "/Cargo.toml").starts_with("HTTP/1.1 405"));
        assert!(ask("GET", "elsewhere.example:1", "/Cargo.toml").starts_with("HTTP/1.1 403"));
    }
}
