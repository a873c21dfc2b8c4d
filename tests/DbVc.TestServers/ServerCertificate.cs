using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DbVc.TestServers;

/// <summary>A certificate for 127.0.0.1 and localhost, signed by an authority made for it alone.</summary>
internal sealed record ServerCertificate(string AuthorityFile, string CertificateFile, string KeyFile)
{
    /// <summary>Makes both, valid for the next days, and writes them as PEM.</summary>
    public static ServerCertificate Write(string folder, TimeProvider? clock = null)
    {
        var now = (clock ?? TimeProvider.System).GetUtcNow();
        var (from, until) = (now.AddDays(-1), now.AddDays(30));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=db-vc tests", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var authority = authorityRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var certificate = request.Create(authority, from, until, RandomNumberGenerator.GetBytes(8));

        var written = new ServerCertificate(Path.Combine(folder, "ca.crt"), Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"));
        File.WriteAllText(written.AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(written.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(written.KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(written.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return written;
    }
}
