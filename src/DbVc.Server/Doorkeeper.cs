using System.Collections.Concurrent;
using DbVc.Http;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Http;

namespace DbVc.Server;

/// <summary>Finds out who asks: by a token, or by the cookie of a browser that is logged in. Whoever guesses is made to wait.</summary>
internal sealed class Doorkeeper(TokenGate gate, Sessions sessions, Host host)
{
    private const int MostGuesses = 10;
    private const int MostAddresses = 10_000;
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (int Count, long Since)> _guesses = new(StringComparer.Ordinal);

    /// <summary>Throws kind Refused, <c>token.missing</c>, or what is wrong with what they show; kind Locked, <c>login.slow</c>, after many wrong
    /// guesses.</summary>
    public Visitor Admit(HttpContext context)
    {
        var header = context.Request.Headers.Authorization.ToString();
        var session = header.Length == 0 ? sessions.Find(context.Request) : null;
        return Admit(session ?? TokenGate.Read(header.Length == 0 ? null : header), session is not null, context);
    }

    /// <summary>The same for what somebody logs in with.</summary>
    public Visitor Admit(Credential shown, bool isSession, HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        if (IsGuessing(address))
            throw new DbVcException(FailureKind.Locked, "login.slow", "Too many wrong tokens came from this address.", hint: "Wait a minute.");
        try
        {
            var caller = gate.Admit(shown, context.RequestAborted);
            return new Visitor(shown, caller.Name, caller.Role, isSession);
        }
        catch (DbVcException failure) when (failure.Kind == FailureKind.Refused)
        {
            NoteGuess(address, failure);
            throw;
        }
    }

    private bool IsGuessing(string address) =>
        _guesses.TryGetValue(address, out var guesses) && guesses.Count >= MostGuesses && TimeProvider.System.GetElapsedTime(guesses.Since) < s_memory;

    private void NoteGuess(string address, DbVcException failure)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (_guesses.Count > MostAddresses) _guesses.Clear();
        _guesses.AddOrUpdate(address, (1, now),
            (_, before) => TimeProvider.System.GetElapsedTime(before.Since, now) < s_memory ? (before.Count + 1, before.Since) : (1, now));
        using var workspace = host.Open(Credential.None, CancellationToken.None);
        workspace.Access.NoteDenial($"serve from {address}", failure);
    }
}
