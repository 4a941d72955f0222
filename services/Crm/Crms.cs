using LeadSync.Crm.Outbound;
using LeadSync.Crm.Salesforce;
using LeadSync.Crm.Salesforce.Bulk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace LeadSync.Crm;

/// <summary>Registers the CRMs that LeadSync speaks to.</summary>
public static class Crms
{
    private const string Salesforce = "salesforce";

    /// <summary>
    /// Adds <see cref="ICrm"/>, <see cref="SalesforceAuth"/>, <see cref="SalesforceOrgs"/>, <see cref="SalesforceReads"/> and
    /// <see cref="SalesforceBulk"/>, with settings from the sections <c>Salesforce</c> and <c>Crm</c> that are checked when the
    /// service starts. Whatever they send passes <see cref="HostGuard"/>.
    /// </summary>
    public static IServiceCollection AddCrms(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services
            .AddOptions<SalesforceOptions>()
            .BindConfiguration("Salesforce")
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddOptions<OutboundOptions>().BindConfiguration("Crm").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton<Network>();
        services.AddSingleton(provider => new HostGuard(
            provider.GetRequiredService<IOptions<OutboundOptions>>().Value
        ));
        services.AddSingleton<GuardedConnection>();
        services
            .AddHttpClient(
                Salesforce,
                client =>
                {
                    // Each call keeps its own time, to know whether a write may have happened.
                    client.Timeout = Timeout.InfiniteTimeSpan;
                    client.DefaultRequestHeaders.UserAgent.ParseAdd("LeadSync");
                }
            )
            .ConfigurePrimaryHttpMessageHandler(provider =>
                provider.GetRequiredService<GuardedConnection>().ToHandler()
            )
            .AddHttpMessageHandler(provider => new GuardedRequests(provider.GetRequiredService<HostGuard>()))
            // The handler renews its connections by itself.
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            // Traces show each call; a log line for each would drown what needs a person.
            .RemoveAllLoggers();
        services.AddSingleton(provider => new SalesforceAuth(Http(provider), Options(provider), Clock(provider)));
        services.AddSingleton(provider => new SalesforceReads(Http(provider), Options(provider), Clock(provider)));
        services.AddSingleton(provider => new SalesforceBulk(Http(provider), Options(provider), Clock(provider)));
        services.AddSingleton<SalesforceOrgs>();
        services.AddSingleton<ICrm>(provider => new SalesforceCrm(Http(provider), Options(provider), Clock(provider)));
        return services;
    }

    private static HttpClient Http(IServiceProvider provider) =>
        provider.GetRequiredService<IHttpClientFactory>().CreateClient(Salesforce);

    private static SalesforceOptions Options(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<SalesforceOptions>>().Value;

    private static TimeProvider Clock(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
