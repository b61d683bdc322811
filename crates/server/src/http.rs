//! The HTTP side: accounts, the way to the socket, health, counters, and the app's files.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequest, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde::de::DeserializeOwned;
use tower_http::cors::CorsLayer;
use weft_protocol::{
    User,
    api::{ApiCode, ApiError, Credentials, Keep, NewPassword, Session},
};

use crate::{
    App,
    accounts::{SESSION_SECONDS, token_hash},
    data, devices, files, invites,
    metrics::Metrics,
    profile, push, socket,
};

const COOKIE: &str = "weft_session";
const MAX_BODY: usize = 16 * 1024;

/// How long the store of a healthy server takes to answer, at most.
const HEALTHY_WITHIN: Duration = Duration::from_secs(5);

/// A refused call.
pub(crate) struct Refused {
    code: ApiCode,
    retry_after: Option<Duration>,
}

impl From<ApiCode> for Refused {
    fn from(code: ApiCode) -> Self {
        Self {
            code,
            retry_after: None,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self.code {
            ApiCode::BadRequest
            | ApiCode::UsernameInvalid
            | ApiCode::ProfileInvalid
            | ApiCode::PasswordInvalid => StatusCode::BAD_REQUEST,
            ApiCode::UsernameTaken | ApiCode::ThreadFull => StatusCode::CONFLICT,
            ApiCode::NoSuchThread | ApiCode::NoSuchUser | ApiCode::InviteInvalid => {
                StatusCode::NOT_FOUND
            }
            ApiCode::WrongCredentials | ApiCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            ApiCode::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            ApiCode::InviteNeeded | ApiCode::OriginNotAllowed | ApiCode::NotOwner => {
                StatusCode::FORBIDDEN
            }
            ApiCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let retry_after = self.retry_after.map(|wait| wait.as_secs() + 1);
        let body = Json(ApiError {
            code: self.code,
            retry_after,
        });
        let mut response = (status, body).into_response();
        if let Some(seconds) = retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A JSON body, or [`ApiCode::BadRequest`].
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(_) => Err(ApiCode::BadRequest.into()),
        }
    }
}

/// Everything that is served.
pub(crate) fn router(app: Arc<App>) -> Router {
    let cors = CorsLayer::new()
        .allow_origin(app.origins.list())
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .max_age(Duration::from_secs(600));
    let api = Router::new()
        .route("/api/sign-up", post(sign_up))
        .route("/api/sign-in", post(sign_in))
        .route("/api/sign-out", post(sign_out))
        .route("/api/password", post(password))
        .route("/api/session", get(session))
        .route("/api/devices", get(devices::list))
        .route("/api/devices/{device}/revoke", post(devices::revoke))
        .route("/api/devices/revoke-others", post(devices::revoke_others))
        .route("/api/profile", put(profile::set))
        .route(
            "/api/privacy",
            get(profile::privacy).put(profile::set_privacy),
        )
        .route("/api/threads/{thread}/seen", get(profile::seen))
        .route("/api/delete-account", post(profile::delete))
        .route(
            "/api/threads/{thread}/invites",
            get(invites::list).post(invites::make),
        )
        .route("/api/invites/{invite}/revoke", post(invites::revoke))
        .route("/api/threads/{thread}/members", post(invites::add))
        .route("/api/join", post(invites::join))
        .route("/api/socket", get(socket::upgrade))
        .merge(push::api::routes())
        .merge(data::routes())
        .route(
            "/api/{*rest}",
            axum::routing::any(|| async { StatusCode::NOT_FOUND }),
        )
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), check_origin))
        .layer(cors)
        .layer(middleware::map_response(|mut response: Response| async {
            let no_store = HeaderValue::from_static("no-store");
            response
                .headers_mut()
                .insert(header::CACHE_CONTROL, no_store);
            response
        }));
    Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .merge(api)
        .fallback(files::serve)
        .layer(middleware::map_response(harden))
        .with_state(app)
}

async fn healthz(State(app): State<Arc<App>>) -> Result<&'static str, StatusCode> {
    let asked = app
        .writer
        .with(|db| Ok(db.query_row("SELECT count(*) FROM meta", [], |_| Ok(()))?));
    match tokio::time::timeout(HEALTHY_WITHIN, asked).await {
        Ok(Ok(())) => Ok("ok\n"),
        Ok(Err(_)) | Err(_) => Err(StatusCode::SERVICE_UNAVAILABLE),
    }
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        app.metrics.text(),
    )
}

async fn check_origin(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let watched = changes || request.uri().path() == "/api/socket";
    if watched && !app.origins.allows(request.headers()) {
        return Refused::from(ApiCode::OriginNotAllowed).into_response();
    }
    next.run(request).await
}

/// The headers that every answer carries.
async fn harden(mut response: Response) -> Response {
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
        ),
    ];
    for (name, value) in fixed {
        let (name, value) = (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        response.headers_mut().insert(name, value);
    }
    response
}

async fn sign_up(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Refused> {
    take_attempt(&app, &headers, peer, &credentials.username)?;
    let code = app.config.invite.as_deref().filter(|code| !code.is_empty());
    let invited = match (code, &credentials.invite) {
        // Compared as hashes, so that the time taken says nothing of the code.
        (Some(code), Some(invite)) => token_hash(code) == token_hash(invite),
        _ => false,
    };
    let own_machine = app.loopback && called_as_loopback(&headers);
    if !invited && !own_machine {
        return Err(ApiCode::InviteNeeded.into());
    }
    let made = app
        .accounts
        .sign_up(
            &credentials.username,
            credentials.password,
            devices::name(&headers),
        )
        .await?;
    Ok(entered(&headers, credentials.keep, made))
}

async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(credentials): Body<Credentials>,
) -> Result<Response, Refused> {
    let address = take_attempt(&app, &headers, peer, &credentials.username)?;
    match app
        .accounts
        .sign_in(
            &credentials.username,
            credentials.password,
            devices::name(&headers),
        )
        .await
    {
        Ok(made) => {
            app.attempts.forgive(address, &credentials.username);
            Ok(entered(&headers, credentials.keep, made))
        }
        Err(code) => {
            Metrics::count(&app.metrics.refused);
            Err(code.into())
        }
    }
}

async fn sign_out(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Refused> {
    if let Some(token) = token(&headers) {
        app.accounts.sign_out(&token).await?;
        app.sockets.end(&[token_hash(&token)]);
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, &headers, "", 0);
    Ok(response)
}

async fn password(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Body(change): Body<NewPassword>,
) -> Result<StatusCode, Refused> {
    let (token, user) = caller(&app, &headers).await?;
    let address = take_attempt(&app, &headers, peer, &user.name)?;
    let ended = app
        .accounts
        .change_password(&user, &token, change.current, change.new)
        .await?;
    app.attempts.forgive(address, &user.name);
    app.sockets.end(&ended);
    Ok(StatusCode::NO_CONTENT)
}

async fn session(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Json<Session>, Refused> {
    let (_, user) = caller(&app, &headers).await?;
    Ok(Json(Session { user, token: None }))
}

/// Who calls, and the token by which that is known.
pub(crate) async fn caller(app: &App, headers: &HeaderMap) -> Result<(String, User), Refused> {
    let token = token(headers).ok_or(ApiCode::Unauthenticated)?;
    let user = app
        .accounts
        .whose(&token)
        .await?
        .ok_or(ApiCode::Unauthenticated)?;
    Ok((token, user))
}

pub(crate) fn take_attempt(
    app: &App,
    headers: &HeaderMap,
    peer: SocketAddr,
    name: &str,
) -> Result<IpAddr, Refused> {
    // Only what comes last was said by the proxy; what is before it, by anybody.
    let forwarded = headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .filter(|_| app.config.behind_proxy);
    let address = forwarded
        .and_then(|list| list.to_str().ok()?.rsplit(',').next()?.trim().parse().ok())
        .unwrap_or(peer.ip());
    app.attempts
        .take(Instant::now(), address, name)
        .map_err(|wait| {
            Metrics::count(&app.metrics.refused);
            Refused {
                code: ApiCode::TooManyAttempts,
                retry_after: Some(wait),
            }
        })?;
    Ok(address)
}

/// Whether the caller named a loopback host: through a proxy on this machine they do not.
fn called_as_loopback(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_matches(['[', ']']);
    let local = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    local && !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded")
}

fn entered(headers: &HeaderMap, keep: Keep, (user, token): (User, String)) -> Response {
    match keep {
        Keep::Token => Json(Session {
            user,
            token: Some(token),
        })
        .into_response(),
        Keep::Cookie => {
            let mut response = Json(Session { user, token: None }).into_response();
            set_cookie(&mut response, headers, &token, SESSION_SECONDS);
            response
        }
    }
}

pub(crate) fn set_cookie(response: &mut Response, headers: &HeaderMap, token: &str, seconds: u64) {
    let https = headers
        .get("x-forwarded-proto")
        .is_some_and(|scheme| scheme == "https");
    let secure = if https { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

/// The token that the caller sent: as a bearer, or in the cookie.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| token.trim().to_owned())
    });
    bearer.or_else(|| cookie(headers))
}

/// The token in the cookie.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, token)| *name == COOKIE && !token.is_empty())
        .map(|(_, token)| token.to_owned())
}
