using System.Diagnostics;
using OpenTelemetry;

namespace LeadSync.Hosting;

/// <summary>
/// Takes secrets out of the addresses that spans carry, before they are sent anywhere: who has a connect link may connect an
/// org, and the client's span of a request that is passed on holds the whole path. Queries need nothing: .NET leaves them out.
/// </summary>
public sealed class SecretPaths : BaseProcessor<Activity>
{
    private const string Link = "/connect/";
    private static readonly string[] Addresses = ["url.full", "url.path"];

    public override void OnEnd(Activity data)
    {
        foreach (var name in Addresses)
        {
            if (
                data.GetTagItem(name) is string address
                && address.IndexOf(Link, StringComparison.Ordinal) is >= 0 and var at
            )
                data.SetTag(name, $"{address.AsSpan(0, at + Link.Length)}{{secret}}");
        }
    }
}
