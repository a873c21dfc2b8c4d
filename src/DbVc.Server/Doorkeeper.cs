using System.Collections.Concurrent;
using DbVc.Http;
using DbVc.Model;
using DbVc.Orchestration;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DbVc.Server;

/// <summary>Finds out who asks: by a token, or by the cookie of a browser that is logged in. Whoever guesses is made to wait.</summary>
internal sealed class Doorkeeper(TokenGate gate, Sessions sessions, Host host, ILogger<Doorkeeper> log)
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
        try
        {
            var caller = gate.Admit(shown, context.RequestAborted);
            return new Visitor(shown, caller.Name, caller.Role, isSession);
        }
        catch (DbVcException failure) when (failure is { Kind: FailureKind.Refused, Code: "token.unknown" })
        {
            // A token that holds is 256 random bits and let in whoever else guesses; only one that does not is made to wait.
            NoteGuess(context.Connection.RemoteIpAddress?.ToString() ?? "", failure);
            throw;
        }
    }

    private void NoteGuess(string address, DbVcException failure)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (_guesses.Count > MostAddresses) _guesses.Clear();
        var (count, _) = _guesses.AddOrUpdate(address, (1, now),
            (_, before) => TimeProvider.System.GetElapsedTime(before.Since, now) < s_memory ? (before.Count + 1, before.Since) : (1, now));
        LogMessages.NotLetIn(log, address, failure.Code);
        if (count > MostGuesses)
            throw new DbVcException(FailureKind.Locked, "login.slow", "Too many wrong tokens came from this address.", hint: "Wait a minute.");
        // By its kind alone: strangers write one line a minute into the log that is kept for ever.
        using var workspace = host.Open(Credential.None, CancellationToken.None);
        workspace.Access.NoteDenial("serve", failure);
    }
}
