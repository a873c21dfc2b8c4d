using System.Net;
using DbVc.Fetching;
using DbVc.TestServers;
using Xunit;
using static DbVc.TestServers.ApiReply;

namespace DbVc.Tests;

public sealed class AddressGuardTests : IDisposable
{
    private readonly Fetched _fetched = new();

    public void Dispose() => _fetched.Dispose();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.8.8.8", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("::ffff:169.254.169.254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("ff02::1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:0:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_public_addresses_are_reached_unasked(string address, bool allowed) =>
        Assert.Equal(allowed, Guard().Allows("example.org", IPAddress.Parse(address)));

    [Theory]
    [InlineData("intranet", "intranet", "10.0.0.1", true)]
    [InlineData("Intranet", "intranet.", "127.0.0.1", true)]
    [InlineData("intranet", "other", "10.0.0.1", false)]
    [InlineData("intranet", "intranet", "169.254.169.254", false)]
    [InlineData("intranet", "intranet", "::ffff:169.254.169.254", false)]
    [InlineData("10.0.0.0/8", "anything", "10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "anything", "::ffff:10.9.9.9", true)]
    [InlineData("10.0.0.0/8", "anything", "192.168.0.1", false)]
    [InlineData("10.0.0.1", "10.0.0.1", "10.0.0.1", true)]
    [InlineData("::1", "[::1]", "::1", true)]
    [InlineData("169.254.169.254", "x", "169.254.169.254", true)]
    public void A_permission_is_for_what_it_names(string listed, string host, string address, bool allowed) =>
        Assert.Equal(allowed, Guard(listed).Allows(host, IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("0.0.0.0")]
    public void Every_way_of_writing_the_machine_itself_is_refused(string host)
    {
        using var server = new ApiTestServer(_ => Json("[{\"id\": 1}]"));
        _fetched.Change(o => o with { PrivateHosts = [] });

        Assert.StartsWith("fetch.private", _fetched.Fetch($"http://{host}:{server.Port}/items", ""), StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    [Fact]
    public void A_name_that_changes_its_meaning_is_looked_at_when_it_is_connected_to()
    {
        using var server = new ApiTestServer(q => Json(ApiScripts.List(q.Whole("offset", 0), 10), ("Connection", "close")));
        var answers = new Queue<IPAddress>([IPAddress.Loopback, IPAddress.Parse("127.0.0.2")]);
        _fetched.Change(o => o with { PrivateHosts = ["127.0.0.1"], Resolve = (_, _) => Task.FromResult(new[] { answers.Dequeue() }) });

        Assert.StartsWith("fetch.private", _fetched.Fetch($"http://rebind.example:{server.Port}/items", "\"pagination\": \"offset\""),
            StringComparison.Ordinal);
        Assert.Single(server.Asked);
    }

    private static AddressGuard Guard(params string[] listed) => new(new FetchOptions(TimeProvider.System, []) { PrivateHosts = listed });
}
